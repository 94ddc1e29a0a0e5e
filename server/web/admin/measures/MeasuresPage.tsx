/** What the firm measures about itself: promises kept, customers' judgement, photos that signed reports wait for. */
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import type { PartProps } from "../AdminDesk";
import { view } from "../Go";
import { AwaitedMeasures } from "./AwaitedMeasures";
import { JudgementMeasures } from "./JudgementMeasures";
import { PromiseMeasures } from "./PromiseMeasures";

export function MeasuresPage({ office }: PartProps): JSX.Element {
  useEffect(() => {
    office.outlets.want();
  }, [office]);
  const { tab } = view.value;
  if (tab === "judgements") return <JudgementMeasures office={office} />;
  if (tab === "evidence") return <AwaitedMeasures office={office} />;
  return <PromiseMeasures office={office} />;
}
