import type { ComponentChildren } from 'preact';

interface CardProps {
  readonly title: string;
  readonly children: ComponentChildren;
}

export function Card({ title, children }: CardProps) {
  return (
    <section class="card">
      <h2>{title}</h2>
      {children}
    </section>
  );
}

interface FactProps {
  readonly name: string;
  readonly children: ComponentChildren;
}

/** One line of a `<dl>`. */
export function Fact({ name, children }: FactProps) {
  return (
    <div class="fact">
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

interface FillProps {
  readonly label: string;
  readonly value: number;
  readonly of: number;
  /** The same in words. */
  readonly text: string;
}

export function Fill({ label, value, of, text }: FillProps) {
  return (
    <div class="fill">
      <span>{label}</span>
      <span class="fill-text">{text}</span>
      <progress value={of === 0 ? 0 : Math.min(1, value / of)} aria-label={label} />
    </div>
  );
}
