/** Designed emptiness: nothing here, not yet here, or not to be had, with what can be done about it. */
import type { ComponentChildren, JSX } from "preact";
import { Icon, type IconName } from "./Icon";

interface NoticeProps {
  readonly icon: IconName;
  readonly title: string;
  readonly hint?: string | undefined;
  readonly children?: ComponentChildren;
}

export function Notice({ icon, title, hint, children }: NoticeProps): JSX.Element {
  return (
    <div class="notice">
      <Icon name={icon} />
      <p>
        <strong>{title}</strong>
      </p>
      {hint !== undefined && hint !== "" && <p class="soft">{hint}</p>}
      {children}
    </div>
  );
}
