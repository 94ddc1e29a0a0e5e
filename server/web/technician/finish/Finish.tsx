/** Finishing a visit: the report, the customer's part, the signature; and how far what was signed has come. */
import "../job/job.css";
import "./finish.css";
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { t } from "../../shared/text/language";
import { go, query } from "../../shared/views/address";
import { Icon } from "../../shared/views/Icon";
import { Notice } from "../../shared/views/Notice";
import { followPlace } from "../job/place";
import type { Phone } from "../phone/phone";
import type { Outcome } from "./draft";
import { Finishing } from "./finishing";
import { lacks, stops } from "./missing";
import { refusalOf } from "./refusal";
import { RefuseStep } from "./RefuseStep";
import { ReportStep } from "./ReportStep";
import { SignedView } from "./SignedView";
import { isSigned, latestOf, statementsOf } from "./standing";
import { resumed } from "./steps";
import { TheirSteps } from "./TheirSteps";

interface FinishProps {
  readonly phone: Phone;
  readonly id: string;
}

export function Finish({ phone, id }: FinishProps): JSX.Element {
  const statements = statementsOf(id, phone.judged.value, phone.waiting.value);
  const latest = latestOf(statements);
  const job = phone.jobs.value.get(id);
  useEffect(() => followPlace(), []);
  if (latest !== null && isSigned(job, latest))
    return (
      <Page id={id} title={t(titleOf(latest))}>
        <SignedView
          phone={phone}
          id={id}
          latest={latest}
          added={statements.filter((each) => each.kind === "addendum")}
        />
      </Page>
    );
  return <Begun key={latest?.op_id ?? ""} phone={phone} id={id} refused={refusalOf(latest)} />;
}

function titleOf({
  kind,
  manifest,
}: NonNullable<ReturnType<typeof latestOf>>):
  "finish.done_title" | "finish.done_title_refused" | "finish.done_title_not_done" {
  if (kind === "cannot_complete") return "finish.done_title_not_done";
  return "signer" in manifest ? "finish.done_title" : "finish.done_title_refused";
}

interface BegunProps extends FinishProps {
  /** Why the office refused what was signed before; null when it did not. */
  readonly refused: string | null;
}

function Begun({ phone, id, refused }: BegunProps): JSX.Element {
  const finishing = useSignal<Finishing | null>(null);
  const asked = outcomeAsked();
  useEffect(() => {
    let gone = false;
    let opened: Finishing | null = null;
    void Finishing.open(phone, id, asked).then((now) => {
      opened = now;
      if (gone) now.leave();
      else finishing.value = now;
    });
    return () => {
      gone = true;
      opened?.leave();
    };
  }, [phone, id, asked, finishing]);
  const here = finishing.value;
  if (here === null)
    return (
      <Page id={id} title={t("finish.title")}>
        <div class="ghost card-ghost" role="status" aria-label={t("loading")} />
      </Page>
    );
  return <Step finishing={here} refused={refused} />;
}

function outcomeAsked(): Outcome | null {
  return query.value.get("outcome") === "cannot_complete" ? "cannot_complete" : null;
}

function Step({ finishing, refused }: { readonly finishing: Finishing; readonly refused: string | null }): JSX.Element {
  const [draft, seen] = [finishing.draft.value, finishing.seen.value];
  const title = t(draft.outcome === "completed" ? "finish.title" : "finish.title_not_done");
  if (seen === null)
    return (
      <Page id={finishing.id} title={title}>
        {finishing.phone.complete.value ? (
          <Notice icon="empty" title={t("finish.gone")} />
        ) : (
          <div class="ghost card-ghost" role="status" aria-label={t("loading")} />
        )}
      </Page>
    );
  const step = resumed(draft.step, !lacks(seen, draft).some(stops));
  if (step === "refuse")
    return (
      <Page id={finishing.id} title={t("finish.refuse_title")}>
        <RefuseStep finishing={finishing} />
      </Page>
    );
  return (
    <Page id={finishing.id} title={title}>
      <ReportStep finishing={finishing} seen={seen} refused={refused} />
      {step !== "report" && <TheirSteps finishing={finishing} seen={seen} step={step} />}
    </Page>
  );
}

interface PageProps {
  readonly id: string;
  readonly title: string;
  readonly children: JSX.Element | readonly (JSX.Element | false)[];
}

function Page({ id, title, children }: PageProps): JSX.Element {
  return (
    <>
      <header class="job-head">
        <button
          type="button"
          class="button plain back"
          onClick={() => {
            go(new URLSearchParams({ job: id }));
          }}
        >
          <Icon name="back" />
          {t("finish.to_job")}
        </button>
      </header>
      <main class="job fin">
        <h1>{title}</h1>
        {children}
      </main>
    </>
  );
}
