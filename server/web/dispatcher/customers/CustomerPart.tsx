/** The customer's part of a job: what they wrote and asked, their photos, the link by which they follow, what they say of
 * the work. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { answer } from "../../shared/api/client";
import { sentence, type Answer } from "../../shared/api/problem";
import type { Job, ServiceRequest } from "../../shared/api/types";
import { inLanguage, t } from "../../shared/text/language";
import { shortTime } from "../../shared/time/format";
import { now } from "../../shared/time/now";
import { Icon } from "../../shared/views/Icon";
import { useLoaded } from "../../shared/views/loading";
import type { Board } from "../board";
import { entered, Frame } from "../Frame";
import { Ask } from "./Asks";
import { CustomerDetails } from "./CustomerDetails";
import { asksOf, readPlace } from "./customers";
import "./customers.css";
import { setPlace } from "./deeds";
import { FollowLinkMaking } from "./FollowLinkMaking";
import { JudgementLine } from "./JudgementLine";
import { Photos } from "./Photos";
import { itemsOf, type Waiting } from "./waiting";
import { languageWords, wishWords } from "./words";

interface CustomerPartProps {
  readonly job: Job;
  readonly board: Board;
  readonly waiting: Waiting;
}

export function CustomerPart({ job, board, waiting }: CustomerPartProps): JSX.Element {
  const asks = asksOf(job.id, itemsOf(waiting.asks));
  const linking = useSignal(false);
  const changing = useSignal(false);
  return (
    <section class="customer-part" aria-labelledby="customer-title">
      <header>
        <h3 id="customer-title">{t("request.title")}</h3>
        {board.mayWrite && (
          <span class="customer-deeds">
            <button type="button" class="button" onClick={() => (changing.value = true)}>
              {t("details.change")}
            </button>
            <button type="button" class="button" onClick={() => (linking.value = true)}>
              <Icon name="link" />
              {t("follow.make")}
            </button>
          </span>
        )}
      </header>
      {asks.length > 0 && (
        <ol class="matters">
          {asks.map((ask) => (
            <Ask key={ask.id} ask={ask} board={board} again={waiting.again} />
          ))}
        </ol>
      )}
      {job.unit_id !== null && <Request job={job} board={board} />}
      {job.completion_id !== null && <JudgementLine job={job} board={board} />}
      {changing.value && (
        <CustomerDetails
          job={job}
          board={board}
          onClose={() => {
            changing.value = false;
          }}
        />
      )}
      {linking.value && (
        <FollowLinkMaking
          job={job}
          board={board}
          onClose={() => {
            linking.value = false;
          }}
        />
      )}
    </section>
  );
}

/** Null for a job that nobody asked for online. */
async function requestOf(board: Board, jobId: string): Promise<Answer<ServiceRequest | null>> {
  const path = { params: { path: { job_id: jobId } } };
  const found = await answer(board.api.GET("/jobs/{job_id}/request", path));
  return !found.ok && found.problem.code === "not_found" ? { ok: true, data: null } : found;
}

function Request({ job, board }: { readonly job: Job; readonly board: Board }): JSX.Element | null {
  const [state] = useLoaded(() => requestOf(board, job.id), job.id, job.version);
  const loaded = state.value;
  if (loaded.kind === "loading") return null;
  if (loaded.kind === "failed")
    return (
      <p class="trouble">
        {t("request.failed")} {sentence(loaded.problem)}
      </p>
    );
  const request = loaded.data;
  return request === null ? null : <Written request={request} job={job} board={board} />;
}

interface WrittenProps {
  readonly request: ServiceRequest;
  readonly job: Job;
  readonly board: Board;
}

function Written({ request, job, board }: WrittenProps): JSX.Element {
  const placing = useSignal(false);
  const wish = wishWords(request.preferred_day, request.preferred_part);
  const zone = board.zoneOf(job.outlet_id);
  return (
    <>
      <p class="soft">
        {t("request.asked", {
          time: shortTime(now.value, Date.parse(request.asked_at), zone),
          language: languageWords(request.locale, "speaks"),
        })}
      </p>
      {request.symptom_text !== null && (
        <p>
          <span class="tag">{request.symptom}</span> <strong>{inLanguage(request.symptom_text)}</strong>
        </p>
      )}
      {request.words !== "" && (
        <blockquote class="typed" aria-label={t("request.own_words")} lang={request.locale}>
          {request.words}
        </blockquote>
      )}
      <Photos photos={request.photos} jobId={job.id} board={board} />
      <dl class="facts">
        {wish !== null && (
          <div>
            <dt>{t("request.wish")}</dt>
            <dd>{wish}</dd>
          </div>
        )}
        <div>
          <dt>{t("request.quoted")}</dt>
          <dd>{inLanguage(request.coverage.sentence)}</dd>
        </div>
      </dl>
      {!request.place_known && (
        <div class="caution">
          <Icon name="warning" />
          <p>{t("request.place_unknown")}</p>
          {board.mayWrite && (
            <button type="button" class="button" onClick={() => (placing.value = true)}>
              {t("request.place")}
            </button>
          )}
        </div>
      )}
      {placing.value && (
        <Placing
          job={job}
          board={board}
          onClose={() => {
            placing.value = false;
          }}
        />
      )}
    </>
  );
}

interface PlacingProps {
  readonly job: Job;
  readonly board: Board;
  readonly onClose: () => void;
}

function Placing({ job, board, onClose }: PlacingProps): JSX.Element {
  return (
    <Frame
      title={t("request.place_title", { n: job.number })}
      confirm={t("act.save")}
      onConfirm={(fields) => {
        const place = readPlace(entered(fields, "place"));
        return place === null ? Promise.resolve(t("request.place_invalid")) : setPlace(board, job, place);
      }}
      onClose={onClose}
    >
      {job.address !== "" && <p class="typed">{job.address}</p>}
      <div class="field">
        <label for="place">{t("request.place_label")}</label>
        <input id="place" name="place" maxLength={60} autocomplete="off" aria-describedby="place-hint" />
        <p id="place-hint" class="soft">
          {t("request.place_hint")}
        </p>
      </div>
    </Frame>
  );
}
