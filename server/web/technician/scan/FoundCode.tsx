/** What was scanned, and what it means for the job: one sentence, the ways on, and the product's sheet. */
import { useSignal, type ReadonlySignal } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { answer } from "../../shared/api/client";
import { sentence, type Problem } from "../../shared/api/problem";
import type { components } from "../../shared/api/schema";
import type { Job } from "../../shared/api/types";
import { pathOf } from "../../shared/codes/link";
import type { UnitCode } from "../../shared/codes/read";
import { grouped } from "../../shared/codes/serial";
import { t } from "../../shared/text/language";
import { go } from "../../shared/views/address";
import { Icon, type IconName } from "../../shared/views/Icon";
import type { LocalProblem, Phone } from "../phone/phone";
import { toldProblem } from "../phone/refusals";
import { jobAddress, scanAddress, unitAddress } from "./address";
import { cardOf } from "./card";
import { decide, goesOn, modelOf, scannedAs, type Finding, type Product } from "./decide";
import { nameOf, UnitSheet } from "./UnitSheet";

type Found = components["schemas"]["FoundUnit"];

/** What the office said of a code that this phone does not know. */
type LookUp =
  | { readonly kind: "none" | "asking" }
  | { readonly kind: "failed"; readonly problem: Problem }
  | { readonly kind: "found"; readonly found: Found };

/** What was kept with the job; `as`: what it means there. */
type Kept =
  | { readonly kind: "no" }
  | { readonly kind: "kept"; readonly as: "same" | "first" | "other" | "unknown" }
  | { readonly kind: "refused"; readonly problem: LocalProblem };

interface FoundCodeProps {
  readonly phone: Phone;
  readonly jobId: string | null;
  readonly code: UnitCode;
}

export function FoundCode({ phone, jobId, code }: FoundCodeProps): JSX.Element {
  const lookUp = useSignal<LookUp>({ kind: "none" });
  const kept = useSignal<Kept>({ kind: "no" });
  const found = lookUp.value.kind === "found" ? lookUp.value.found : null;
  const finding = decide(code, jobId, { jobs: phone.jobs.value, units: phone.units.value }, found?.unit ?? null);
  const ask = async (job: Job): Promise<void> => {
    lookUp.value = { kind: "asking" };
    const asked = await answer(phone.api.POST("/units/scanned", { body: { job_id: job.id, ...code } }));
    lookUp.value = asked.ok ? { kind: "found", found: asked.data } : { kind: "failed", problem: asked.problem };
  };
  const keep = async (job: Job, as: "same" | "first" | "other" | "unknown", unit: Product | null): Promise<void> => {
    const args = { ...code, ...(unit === null ? {} : { unit_id: unit.id }) };
    const done = await phone.perform("job.scan", { type: "job", id: job.id }, args);
    kept.value = done.ok ? { kind: "kept", as } : { kind: "refused", problem: done.problem };
  };
  const unit = finding.kind === "unknown" ? null : finding.unit;
  const card = unit === null ? undefined : (phone.cards.value.get(unit.id) ?? (found && cardOf(found.coverage)));
  return (
    <>
      <div aria-live="polite" class="meaning">
        {found !== null && <p class="kept">{t(found.made ? "scan.made" : "scan.found")}</p>}
        {kept.value.kind === "kept" && jobId !== null ? (
          <KeptWithJob as={kept.value.as} jobId={jobId} />
        ) : (
          <Meaning phone={phone} finding={finding} code={code} jobId={jobId} lookUp={lookUp} ask={ask} keep={keep} />
        )}
        {kept.value.kind === "refused" && (
          <p class="trouble" role="alert">
            {t("scan.refused", { why: toldProblem(kept.value.problem) })}
          </p>
        )}
      </div>
      {unit !== null && <UnitSheet unit={unit} card={card ?? undefined} />}
    </>
  );
}

/** Where a thumb is after confirming: one button, back to the work. */
function KeptWithJob({
  as,
  jobId,
}: {
  readonly as: "same" | "first" | "other" | "unknown";
  readonly jobId: string;
}): JSX.Element {
  const back = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    back.current?.focus();
  }, []);
  return (
    <Verdict tone="good" icon="done" words={t(`scan.kept.${as}`)}>
      <button
        ref={back}
        type="button"
        class="button first"
        onClick={() => {
          go(jobAddress(jobId));
        }}
      >
        {t("scan.back_to_job")}
      </button>
    </Verdict>
  );
}

interface VerdictProps {
  readonly tone: "good" | "warn" | "calm";
  readonly icon: IconName;
  readonly words: string;
  readonly children?: ComponentChildren;
}

function Verdict({ tone, icon, words, children }: VerdictProps): JSX.Element {
  return (
    <section class="part verdict-part" data-tone={tone}>
      <h2 class="verdict-words">
        <Icon name={icon} />
        {words}
      </h2>
      {children}
    </section>
  );
}

interface MeaningProps {
  readonly phone: Phone;
  readonly finding: Finding;
  readonly code: UnitCode;
  readonly jobId: string | null;
  readonly lookUp: ReadonlySignal<LookUp>;
  readonly ask: (job: Job) => Promise<void>;
  readonly keep: (job: Job, as: "same" | "first" | "other" | "unknown", unit: Product | null) => Promise<void>;
}

function Meaning(props: MeaningProps): JSX.Element {
  const { finding, keep } = props;
  switch (finding.kind) {
    case "same": {
      const known = scannedAs(finding.job, props.code);
      return (
        <Verdict tone="good" icon="done" words={t("scan.same")}>
          {known && <p>{t("scan.same_known")}</p>}
          {!known && <First words={t("scan.same_confirm")} act={() => keep(finding.job, "same", finding.unit)} />}
        </Verdict>
      );
    }
    case "first":
      return (
        <Verdict tone="calm" icon="done" words={t("scan.first")}>
          <First words={t("scan.first_confirm")} act={() => keep(finding.job, "first", finding.unit)} />
        </Verdict>
      );
    case "other":
      return <OtherProduct {...props} finding={finding} />;
    case "known":
      return <KnownProduct jobs={finding.jobs} />;
    case "unknown":
      return <UnknownProduct {...props} job={finding.job} />;
  }
}

function First({ words, act }: { readonly words: string; readonly act: () => Promise<void> }): JSX.Element {
  const busy = useSignal(false);
  const press = async (): Promise<void> => {
    if (busy.value) return; // two taps of one thumb are one
    busy.value = true;
    await act();
    busy.value = false;
  };
  return (
    <button type="button" class="button first" aria-disabled={busy.value} onClick={() => void press()}>
      {words}
    </button>
  );
}

function OtherProduct({
  phone,
  finding,
  jobId,
  keep,
}: MeaningProps & { readonly finding: Extract<Finding, { kind: "other" }> }): JSX.Element {
  const { unit, job, jobs } = finding;
  const right = phone.units.value.get(job.unit_id ?? "");
  return (
    <Verdict tone="warn" icon="warning" words={t("scan.other")}>
      <dl class="both">
        {right !== undefined && <Side name={t("scan.other_expected")} unit={right} />}
        <Side name={t("scan.other_found")} unit={unit} />
      </dl>
      {jobs.map((other) => (
        <div key={other.id} class="other-job">
          <p>{t("scan.other_job", { n: other.number })}</p>
          <OpenJob job={other} />
        </div>
      ))}
      <button
        type="button"
        class="button first"
        onClick={() => {
          go(scanAddress(jobId));
        }}
      >
        {t("scan.other_again")}
      </button>
      <button type="button" class="button" onClick={() => void keep(job, "other", unit)}>
        {t("scan.other_take")}
      </button>
      <p class="soft">{t("scan.other_take_hint")}</p>
    </Verdict>
  );
}

function Side({ name, unit }: { readonly name: string; readonly unit: Product }): JSX.Element {
  return (
    <div>
      <dt class="soft">{name}</dt>
      <dd class="typed">
        {nameOf(unit)}
        <br />
        <span class="numbers">{grouped(unit.serial)}</span>
      </dd>
    </div>
  );
}

function OpenJob({ job }: { readonly job: Job }): JSX.Element {
  return (
    <button
      type="button"
      class="button"
      onClick={() => {
        go(jobAddress(job.id));
      }}
    >
      {t("scan.open_job", { n: job.number })}
    </button>
  );
}

function KnownProduct({ jobs }: { readonly jobs: readonly Job[] }): JSX.Element {
  const [first] = jobs;
  const words = first === undefined ? t("scan.known") : t("scan.known_job", { n: first.number });
  return (
    <Verdict tone="calm" icon="done" words={words}>
      {jobs.map((job) => (
        <OpenJob key={job.id} job={job} />
      ))}
    </Verdict>
  );
}

function UnknownProduct({
  phone,
  code,
  job,
  lookUp,
  ask,
  keep,
}: MeaningProps & { readonly job: Job | null }): JSX.Element {
  const model = modelOf(code.gtin, phone.units.value);
  const right = phone.units.value.get(job?.unit_id ?? "");
  return (
    <Verdict tone="calm" icon="search" words={t("scan.unknown")}>
      <p class="typed">
        {model === null ? t("scan.choose_unknown", { gtin: code.gtin }) : nameOf(model)}
        <br />
        <span class="numbers">{t("scan.serial", { serial: grouped(code.serial) })}</span>
      </p>
      {right !== undefined && (
        <p class="soft typed">{t("scan.job_product", { product: `${nameOf(right)} · ${grouped(right.serial)}` })}</p>
      )}
      {job === null ? (
        <WhichJob phone={phone} code={code} />
      ) : (
        <AskOrKeep
          online={phone.contact.value.state === "online"}
          lookUp={lookUp.value}
          ask={() => ask(job)}
          keep={() => keep(job, "unknown", null)}
        />
      )}
      <a class="button plain" href={pathOf(code.gtin, code.serial)} target="_blank" rel="noreferrer">
        <Icon name="link" />
        {t("scan.public_page")}
      </a>
    </Verdict>
  );
}

interface AskOrKeepProps {
  readonly online: boolean;
  readonly lookUp: LookUp;
  readonly ask: () => Promise<void>;
  readonly keep: () => Promise<void>;
}

/** With a network the office is asked; without one, or when it does not know either, the code goes with the job. */
function AskOrKeep({ online, lookUp, ask, keep }: AskOrKeepProps): JSX.Element {
  if (lookUp.kind === "asking") return <p role="status">{t("scan.looking_up")}</p>;
  const failed = lookUp.kind === "failed" ? lookUp.problem : null;
  return (
    <>
      {failed !== null && <p class="trouble">{failedWords(failed)}</p>}
      {failed === null && <p>{t(online ? "scan.unknown_online" : "scan.unknown_offline")}</p>}
      {online && failed?.code !== "model_unknown" && <First words={t("scan.look_up")} act={ask} />}
      <button type="button" class={online ? "button" : "button first"} onClick={() => void keep()}>
        {t("scan.keep_code")}
      </button>
    </>
  );
}

function failedWords(problem: Problem): string {
  if (problem.code === "model_unknown") return t("scan.not_ours");
  return t("scan.lookup_failed", { why: sentence(problem) });
}

const MOST_JOBS = 6;

function WhichJob({ phone, code }: { readonly phone: Phone; readonly code: UnitCode }): JSX.Element {
  const jobs = [...phone.jobs.value.values()].filter(goesOn).slice(0, MOST_JOBS);
  if (jobs.length === 0) return <p>{t("scan.unknown_no_jobs")}</p>;
  return (
    <>
      <p>{t("scan.unknown_no_job")}</p>
      <ul class="scan-choice">
        {jobs.map((job) => (
          <li key={job.id}>
            <button
              type="button"
              class="button"
              onClick={() => {
                go(unitAddress(code, job.id));
              }}
            >
              <span class="numbers">{t("job.number", { n: job.number })}</span>
              <span class="typed">{job.title}</span>
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}
