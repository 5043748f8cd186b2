import { BridgeError } from '../errors.ts';

/** One parenthesised list of the If header; it holds when all of its conditions do (RFC 4918 section 10.4). */
export interface ConditionList {
  /** The address that the list speaks of; null: that of the request. */
  readonly resource: string | null;
  readonly conditions: readonly Condition[];
}

interface Condition {
  readonly negated: boolean;
  readonly kind: 'state-token' | 'entity-tag';
  /** Without angle or square brackets; an entity tag keeps its quotes. */
  readonly value: string;
}

/** What is true of one resource. */
export interface ResourceState {
  readonly lockTokens: ReadonlySet<string>;
  readonly entityTag: string | null;
}

const TOKENS = /\s*(?:(?<list>[()])|(?<not>Not)\b|<(?<address>[^<>\s]+)>|\[(?<tag>(?:W\/)?"[^"\]]*")\])/iy;

/** @throws BridgeError `bad-request` for a header that the grammar does not allow. */
export function parseIfHeader(header: string): readonly ConditionList[] {
  const lists: { resource: string | null; conditions: Condition[] }[] = [];
  let resource: string | null = null;
  let open: Condition[] | null = null;
  let negated = false;
  for (const token of tokensOf(header)) {
    if (open === null) {
      if (token.address !== undefined) resource = token.address;
      else if (token.list === '(') lists.push({ resource, conditions: (open = []) });
      else refuse();
    } else if (token.list === ')') {
      if (open.length === 0 || negated) refuse();
      open = null;
    } else if (token.not !== undefined && !negated) {
      negated = true;
    } else {
      open.push(conditionOf(token, negated));
      negated = false;
    }
  }
  if (open !== null || lists.length === 0) refuse();
  return lists;
}

type Token = Readonly<Partial<Record<'list' | 'not' | 'address' | 'tag', string>>>;

function* tokensOf(header: string): Generator<Token> {
  const pattern = new RegExp(TOKENS);
  const end = header.trimEnd().length;
  while (pattern.lastIndex < end) {
    const match = pattern.exec(header);
    yield match?.groups ?? refuse();
  }
}

function conditionOf(token: Token, negated: boolean): Condition {
  if (token.address !== undefined) return { negated, kind: 'state-token', value: token.address };
  if (token.tag !== undefined) return { negated, kind: 'entity-tag', value: token.tag };
  return refuse();
}

function refuse(): never {
  throw new BridgeError('bad-request', 'the If header is malformed (RFC 4918 section 10.4.2)');
}

/** Whether at least one list holds; `stateOf` says what is true of the resource of a list. */
export function holds(
  lists: readonly ConditionList[],
  stateOf: (resource: string | null) => ResourceState,
): boolean {
  return lists.some((list) => {
    const state = stateOf(list.resource);
    return list.conditions.every((condition) => isMet(condition, state) !== condition.negated);
  });
}

function isMet(condition: Condition, state: ResourceState): boolean {
  return condition.kind === 'state-token'
    ? state.lockTokens.has(condition.value)
    : condition.value === state.entityTag;
}

/** Every lock token that the header names: the client has thereby submitted it (RFC 4918 section 6.5). */
export function submittedTokens(lists: readonly ConditionList[]): ReadonlySet<string> {
  const conditions = lists.flatMap((list) => list.conditions);
  return new Set(conditions.filter(({ kind }) => kind === 'state-token').map(({ value }) => value));
}
