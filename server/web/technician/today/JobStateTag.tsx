import type { JSX } from "preact";
import type { Job } from "../../shared/api/types";
import { t } from "../../shared/text/language";
import { Icon } from "../../shared/views/Icon";
import { isFinished } from "./day";

export function JobStateTag({ job }: { readonly job: Job }): JSX.Element {
  return (
    <span class="tag">
      {isFinished(job) && <Icon name={job.state === "completed" || job.state === "closed" ? "done" : "close"} />}
      {t(`job.state.${job.state}`)}
    </span>
  );
}
