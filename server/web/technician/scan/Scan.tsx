/** `?view=scan[&job=ID]`: the camera, a photo or the typed serial; with `&gtin=…&serial=…` the product's sheet, which needs
 * no network when the phone holds it. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import type { Reading, UnitCode } from "../../shared/codes/read";
import { t } from "../../shared/text/language";
import { go, query } from "../../shared/views/address";
import { Icon } from "../../shared/views/Icon";
import type { Phone } from "../phone/phone";
import { codeIn, jobAddress, scanAddress, unitAddress } from "./address";
import { sightOf, unitOf } from "./decide";
import { FoundCode } from "./FoundCode";
import { PhotoOfCode } from "./PhotoOfCode";
import type { Seen } from "./reader";
import { Told } from "./Told";
import { TypedSerial } from "./TypedSerial";
import { UnitChoice } from "./UnitChoice";
import { Viewfinder } from "./Viewfinder";
import "./scan.css";

export function Scan({ phone }: { readonly phone: Phone }): JSX.Element {
  const jobId = query.value.get("job");
  const code = codeIn(query.value);
  return (
    <main class="scan">
      <Head phone={phone} jobId={jobId} found={code !== null} />
      {code === null ? (
        <Looking phone={phone} jobId={jobId} />
      ) : (
        <FoundCode key={`${code.gtin} ${code.serial}`} phone={phone} jobId={jobId} code={code} />
      )}
    </main>
  );
}

interface HeadProps {
  readonly phone: Phone;
  readonly jobId: string | null;
  readonly found: boolean;
}

function Head({ phone, jobId, found }: HeadProps): JSX.Element {
  const job = jobId === null ? undefined : phone.jobs.value.get(jobId);
  return (
    <header class="scan-head">
      {(jobId !== null || found) && (
        <div class="scan-ways">
          {jobId !== null && (
            <button
              type="button"
              class="button plain back"
              onClick={() => {
                go(jobAddress(jobId));
              }}
            >
              <Icon name="back" />
              {t("scan.back_to_job")}
            </button>
          )}
          {found && (
            <button
              type="button"
              class="button plain"
              onClick={() => {
                go(scanAddress(jobId));
              }}
            >
              {t("scan.again")}
            </button>
          )}
        </div>
      )}
      <h1>{t("scan.title")}</h1>
      {job !== undefined && <p class="soft typed">{t("scan.for_job", { n: job.number, title: job.title })}</p>}
    </header>
  );
}

type Word = Exclude<Reading, { readonly kind: "unit" }>;

function Looking({ phone, jobId }: { readonly phone: Phone; readonly jobId: string | null }): JSX.Element {
  const told = useSignal<Word | null>(null);
  const choice = useSignal<readonly UnitCode[]>([]);
  const open = (code: UnitCode): void => {
    go(unitAddress(code, jobId));
    scrollTo(0, 0);
  };
  /** Other symbols on the plate are told, and looked past: the product's own may come into view the next moment. */
  const onSeen = (seen: readonly Seen[]): boolean => {
    const sight = sightOf(seen, location.host);
    if (sight.kind === "told") told.value = sight.reading;
    if (sight.kind === "choose") choice.value = sight.codes;
    if (sight.kind !== "unit") return false;
    buzz();
    open(sight.code);
    return true;
  };
  return (
    <>
      <Viewfinder onSeen={onSeen}>
        <p class="soft">{t("scan.aim")}</p>
      </Viewfinder>
      <div aria-live="polite">
        {choice.value.length > 0 && (
          <section class="part scan-choice">
            <h2>{t("scan.choose")}</h2>
            <ul>
              {choice.value.map((code) => (
                <UnitChoice
                  key={`${code.gtin} ${code.serial}`}
                  code={code}
                  unit={unitOf(code, phone.units.value)}
                  onCode={open}
                />
              ))}
            </ul>
          </section>
        )}
        {told.value !== null && choice.value.length === 0 && <Told reading={told.value} units={phone.units.value} />}
      </div>
      <PhotoOfCode onSeen={(seen) => void onSeen(seen)} />
      <TypedSerial phone={phone} jobId={jobId} onCode={open} />
    </>
  );
}

/** Felt in a glove, where the phone has it. */
function buzz(): void {
  (navigator as { vibrate?: (ms: number) => boolean }).vibrate?.(60);
}
