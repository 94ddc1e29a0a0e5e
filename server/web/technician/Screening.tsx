/** A fault in one screen leaves the others, the bar and the navigation standing. */
import { Component, type ComponentChildren } from "preact";
import { ScreenFailed } from "./Lazy";
import { noteFault } from "./phone/faultlog";

interface Props {
  readonly children: ComponentChildren;
}

export class Screening extends Component<Props, { readonly failed: boolean }> {
  override state = { failed: false };

  static override getDerivedStateFromError(): { failed: boolean } {
    return { failed: true };
  }

  override componentDidCatch(fault: unknown): void {
    noteFault(fault);
  }

  render({ children }: Props): ComponentChildren {
    return this.state.failed ? <ScreenFailed /> : children;
  }
}
