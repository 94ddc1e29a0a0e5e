import type { ComponentChildren, JSX } from "preact";

interface PartProps {
  readonly title: string;
  /** Beside the title: a count, a state. */
  readonly aside?: ComponentChildren;
  readonly children: ComponentChildren;
}

/** One section of a job's page. */
export function Part({ title, aside, children }: PartProps): JSX.Element {
  return (
    <section class="part" aria-label={title}>
      <header>
        <h2>{title}</h2>
        {aside}
      </header>
      {children}
    </section>
  );
}
