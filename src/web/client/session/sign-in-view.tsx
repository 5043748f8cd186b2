import { useSignal } from '@preact/signals';
import type { TargetedSubmitEvent } from 'preact';
import { asFailure } from '../api/client.ts';
import { Icon } from '../shell/icon.tsx';
import { SecretField } from '../shell/secret-field.tsx';
import { useServices } from '../shell/services.ts';

/** Asks for the token of a bridge that has one. */
export function SignInView() {
  const { api, signIn } = useServices();
  const problem = useSignal<string | null>(null);
  const isBusy = useSignal(false);

  const submit = async (event: TargetedSubmitEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const token = new FormData(event.currentTarget).get('token');
    if (typeof token !== 'string' || token === '') return;
    isBusy.value = true;
    problem.value = null;
    try {
      await signIn.begin(api, token);
    } catch (error) {
      const failure = asFailure(error);
      problem.value =
        failure.kind === 'unauthorized'
          ? 'That is not the token of this bridge. Look for spaces at its ends.'
          : `${failure.message} ${failure.hint}`;
    } finally {
      isBusy.value = false;
    }
  };

  return (
    <main class="sign-in">
      <form class="sign-in-form" onSubmit={(event) => void submit(event)}>
        <Icon name="bridge" />
        <h1>Sign in</h1>
        <p>This library asks for its token: the value of BRIDGE_TOKEN where the bridge runs.</p>
        <SecretField
          name="token"
          label="Token"
          autocomplete="current-password"
          hasFocus
          problem={problem.value}
        />
        <button type="submit" class="button primary" disabled={isBusy.value}>
          {isBusy.value ? 'Signing in…' : 'Sign in'}
        </button>
      </form>
    </main>
  );
}
