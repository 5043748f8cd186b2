import type { ComponentChildren } from 'preact';

interface SecretFieldProps {
  /** In the form's data. */
  readonly name: string;
  readonly label: string;
  readonly autocomplete: 'current-password' | 'off';
  readonly hasFocus?: boolean;
  /** What is wrong with what was given; null: nothing. */
  readonly problem: string | null;
  /** What becomes of it. */
  readonly children?: ComponentChildren;
}

/** A labelled field for what nobody may read over a shoulder, and what is wrong with it. */
export function SecretField({
  name,
  label,
  autocomplete,
  hasFocus = false,
  problem,
  children,
}: SecretFieldProps) {
  return (
    <div class="secret-field">
      <label for={name}>{label}</label>
      <input
        id={name}
        name={name}
        type="password"
        autocomplete={autocomplete}
        spellcheck={false}
        required
        autofocus={hasFocus}
        aria-describedby={children === undefined ? `${name}-problem` : `${name}-problem ${name}-use`}
        aria-invalid={problem !== null}
      />
      <p id={`${name}-problem`} class="field-problem" role="alert">
        {problem}
      </p>
      {children !== undefined && (
        <p id={`${name}-use`} class="quiet">
          {children}
        </p>
      )}
    </div>
  );
}
