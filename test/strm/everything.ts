import type { StrmRule } from '../../src/strm/rules.ts';

/** Mirrors the whole library. */
export const everything: StrmRule = {
  from: '/',
  include: [],
  exclude: [],
  minSize: 0,
  flatten: false,
  layout: 'mirror',
};
