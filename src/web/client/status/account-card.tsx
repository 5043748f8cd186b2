import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { asFailure, type RequestFailure } from '../api/client.ts';
import { formatDate, formatSize } from '../format/format.ts';
import { useServices } from '../shell/services.ts';
import { Card, Fact } from './cards.tsx';

interface Account {
  readonly email: string | null;
  readonly offer: string;
  readonly subscriptionEnd: string | null;
  readonly cdnCreditGb: number | null;
  readonly usedBytes: number | null;
  readonly availableBytes: number | null;
}

const OFFERS: Readonly<Record<string, string>> = {
  free: 'Free: direct links need Premium or CDN credits',
  premium: 'Premium',
  access: 'Access',
  'premium-gold': 'Premium GOLD',
};

/** Asked for once: each look is a call to 1fichier. */
export function AccountCard() {
  const { api } = useServices();
  const account = useSignal<Account | null>(null);
  const failure = useSignal<RequestFailure | null>(null);
  useEffect(() => {
    const leave = new AbortController();
    api.get<Account>('account', {}, { signal: leave.signal }).then(
      (answer) => (account.value = answer),
      (error: unknown) => {
        if (!leave.signal.aborted) failure.value = asFailure(error);
      },
    );
    return () => leave.abort();
  }, []);

  return (
    <Card title="Account">
      {failure.value !== null && (
        <p class="card-problem">
          {failure.value.message} {failure.value.hint}
        </p>
      )}
      {account.value === null && failure.value === null && <p class="quiet">Asking 1fichier…</p>}
      {account.value !== null && <AccountFacts account={account.value} />}
    </Card>
  );
}

function AccountFacts({ account }: { readonly account: Account }) {
  const { email, offer, subscriptionEnd, cdnCreditGb, usedBytes, availableBytes } = account;
  return (
    <dl>
      {email !== null && (
        <Fact name="Address">
          <bdi>{email}</bdi>
        </Fact>
      )}
      <Fact name="Plan">{OFFERS[offer] ?? 'Unknown'}</Fact>
      {subscriptionEnd !== null && <Fact name="Until">{formatDate(subscriptionEnd)}</Fact>}
      {usedBytes !== null && <Fact name="In use">{formatSize(usedBytes)}</Fact>}
      {availableBytes !== null && <Fact name="Free">{formatSize(availableBytes)}</Fact>}
      {cdnCreditGb !== null && cdnCreditGb > 0 && <Fact name="CDN credit">{cdnCreditGb} GB</Fact>}
    </dl>
  );
}
