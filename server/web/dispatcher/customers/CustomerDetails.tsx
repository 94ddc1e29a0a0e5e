/** The customer's name, phone, address and how to get in: changed in their file, and at the job that is open. */
import type { JSX } from "preact";
import { answer } from "../../shared/api/client";
import { sentence, type Answer, type Problem } from "../../shared/api/problem";
import type { Customer, Job } from "../../shared/api/types";
import { t } from "../../shared/text/language";
import { dataOr, useLoaded } from "../../shared/views/loading";
import type { Board } from "../board";
import { entered, Frame } from "../Frame";
import { changeDetails } from "./changing";
import { contactOf, DETAILS, LONGEST, mayChangeJob, touched, type Detail, type Details } from "./details";

interface CustomerDetailsProps {
  readonly job: Job;
  readonly board: Board;
  readonly onClose: () => void;
}

const LABELS = {
  name: "intake.name",
  phone: "intake.phone",
  address: "intake.address",
  access_notes: "intake.access",
} as const satisfies Record<Detail, string>;

/** The file as it is now; null for a job that names none. */
async function fileOf(board: Board, { customer_id: id }: Job): Promise<Answer<Customer | null>> {
  if (id === null) return { ok: true, data: null };
  return answer(board.api.GET("/customers/{customer_id}", { params: { path: { customer_id: id } } }));
}

export function CustomerDetails({ job, board, onClose }: CustomerDetailsProps): JSX.Element {
  const [state] = useLoaded(() => fileOf(board, job), job.id, 0);
  const loaded = state.value;
  const file = dataOr(loaded, null);

  async function confirm(fields: FormData): Promise<Problem | string | null> {
    if (loaded.kind !== "ready") return t("details.wait");
    const typed: Details = {
      name: entered(fields, "name"),
      phone: entered(fields, "phone"),
      address: entered(fields, "address"),
      access_notes: entered(fields, "access_notes"),
    };
    if (typed.name === "") return t("details.name_missing");
    const change = touched(file ?? contactOf(job), typed);
    if (Object.keys(change).length === 0) return null;
    const alsoAtJob = file === null || fields.get("job") !== null;
    return changeDetails(board, { file, job: alsoAtJob ? job : null }, change);
  }

  return (
    <Frame
      title={t(job.customer_id === null ? "details.title_job" : "details.title", { n: job.number })}
      confirm={t("act.save")}
      onConfirm={confirm}
      onClose={onClose}
    >
      {loaded.kind === "loading" && <div class="ghost" role="status" aria-label={t("loading")} />}
      {loaded.kind === "failed" && <p class="trouble">{sentence(loaded.problem)}</p>}
      {loaded.kind === "ready" && (
        <>
          {DETAILS.map((each) => (
            <Field key={each} detail={each} value={(loaded.data ?? contactOf(job))[each]} />
          ))}
          {loaded.data !== null && mayChangeJob(job) && (
            <label class="switch">
              <input type="checkbox" name="job" defaultChecked />
              {t("details.job", { n: job.number })}
            </label>
          )}
        </>
      )}
    </Frame>
  );
}

function Field({ detail, value }: { readonly detail: Detail; readonly value: string }): JSX.Element {
  const id = `details-${detail}`;
  return (
    <div class="field">
      <label for={id}>{t(LABELS[detail])}</label>
      <input
        id={id}
        name={detail}
        type="text"
        inputMode={detail === "phone" ? "tel" : "text"}
        maxLength={LONGEST[detail]}
        autocomplete="off"
        defaultValue={value}
      />
    </div>
  );
}
