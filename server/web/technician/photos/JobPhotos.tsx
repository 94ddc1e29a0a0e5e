/** The photos of a job: taking them, what becomes of them, and which of them the customer signs for. */
import "./photos.css";
import { useSignal, type Signal } from "@preact/signals";
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import type { Job } from "../../shared/api/types";
import { bytesWords } from "../../shared/text/bytes";
import { t } from "../../shared/text/language";
import { Icon } from "../../shared/views/Icon";
import { Part } from "../job/Part";
import type { Phone } from "../phone/phone";
import { toldProblem } from "../phone/refusals";
import { additionOf, signedManifest } from "./addition";
import { preferSmaller, usuallySmaller } from "./box";
import type { Photo, PhotoRefusal } from "./photo";
import { PhotoSheet } from "./PhotoSheet";
import { usePicture } from "./pictures";
import { refusalWords, stateWords } from "./words";

interface JobPhotosProps {
  readonly phone: Phone;
  readonly job: Pick<Job, "id" | "state" | "sign_again">;
  /** Before a signature: only what can be signed for, each with its choice. */
  readonly choosing?: boolean;
}

export function JobPhotos({ phone, job, choosing = false }: JobPhotosProps): JSX.Element {
  const open = useSignal<string | null>(null);
  const all = phone.photos.of(job.id);
  const shown = choosing ? all.filter(({ state }) => state === "draft") : all;
  const showing = shown.find(({ id }) => id === open.value);
  return (
    <Part title={t("photos.title")} aside={<Count photos={shown} choosing={choosing} />}>
      {shown.length === 0 ? (
        <p class="soft">{t(choosing ? "photos.none_signed" : "photos.none")}</p>
      ) : (
        <ul class="photo-grid">
          {shown.map((photo, index) => (
            <Thumbnail key={photo.id} phone={phone} photo={photo} n={index + 1} choosing={choosing} open={open} />
          ))}
        </ul>
      )}
      <Taking phone={phone} jobId={job.id} />
      {!choosing && <Later phone={phone} job={job} />}
      {showing && (
        <PhotoSheet
          phone={phone}
          photos={shown}
          photo={showing}
          onShow={(id) => {
            open.value = id;
          }}
        />
      )}
    </Part>
  );
}

interface CountProps {
  readonly photos: readonly Photo[];
  readonly choosing: boolean;
}

function Count({ photos, choosing }: CountProps): JSX.Element | null {
  if (photos.length === 0) return null;
  const size = bytesWords(photos.reduce((sum, photo) => sum + photo.size, 0));
  const chosen = photos.filter((photo) => photo.chosen).length;
  return (
    <span class="soft numbers">
      {choosing
        ? t("photos.will_be_signed", { n: chosen, all: photos.length })
        : t("photos.count", { n: photos.length, size })}
    </span>
  );
}

interface ThumbnailProps {
  readonly phone: Phone;
  readonly photo: Photo;
  readonly n: number;
  readonly choosing: boolean;
  readonly open: Signal<string | null>;
}

function Thumbnail({ phone, photo, n, choosing, open }: ThumbnailProps): JSX.Element {
  const picture = usePicture(phone.photos, photo.id, "thumbnail", `${photo.sha256} ${photo.pictured}`);
  const statement = phone.photos.statements.value.find(({ op_id }) => op_id === photo.op_id);
  const words = stateWords(photo, statement, phone.uploads.progress.value);
  return (
    <li class="photo-tile" data-state={photo.trouble === null ? photo.state : "trouble"}>
      <button
        type="button"
        class="photo-open"
        aria-label={t("photos.open", {
          n,
          state: photo.caption === "" ? words : `${photo.caption}${t("punctuation.comma")}${words}`,
        })}
        onClick={() => {
          open.value = photo.id;
        }}
      >
        {typeof picture.value === "string" ? <img src={picture.value} alt="" /> : <Icon name="photo" />}
      </button>
      {choosing ? (
        <label class="photo-choice">
          <input
            type="checkbox"
            checked={photo.chosen}
            aria-label={t("photos.sign", { n })}
            onChange={(event) => void phone.photos.choose(photo.id, event.currentTarget.checked)}
          />
        </label>
      ) : (
        <span class="photo-state" aria-hidden="true">
          {photo.state === "draft" && picture.value === null ? t("photos.state.unseen") : words}
        </span>
      )}
    </li>
  );
}

interface TakingProps {
  readonly phone: Phone;
  readonly jobId: string;
}

/** What was not kept stays here, so that it can be tried again once there is room. */
interface Refused {
  readonly refusal: PhotoRefusal;
  readonly files: readonly File[];
}

function Taking({ phone, jobId }: TakingProps): JSX.Element {
  const camera = useRef<HTMLInputElement>(null);
  const chooser = useRef<HTMLInputElement>(null);
  const busy = useSignal(false);
  const cancelled = useSignal(false);
  const refused = useSignal<Refused | null>(null);
  const smaller = useSignal(usuallySmaller());

  async function take(files: readonly File[]): Promise<void> {
    busy.value = true;
    refused.value = null;
    for (const [index, file] of files.entries()) {
      const taken = await phone.photos.take(jobId, file);
      if (taken.ok || taken.refusal.code === "twice") {
        if (!taken.ok) refused.value = { refusal: taken.refusal, files: [] };
        continue;
      }
      const again = taken.refusal.code === "full" || taken.refusal.code === "not_kept";
      refused.value = { refusal: taken.refusal, files: again ? files.slice(index) : [] };
      if (again) break;
    }
    busy.value = false;
  }

  function taken(input: HTMLInputElement): void {
    const files = [...(input.files ?? [])];
    input.value = "";
    cancelled.value = false;
    if (files.length > 0) void take(files);
  }

  const inputs = { type: "file", accept: "image/*", hidden: true, tabIndex: -1 } as const;
  return (
    <div class="photo-taking">
      <input
        {...inputs}
        ref={camera}
        capture="environment"
        data-photos="camera"
        onChange={(event) => {
          taken(event.currentTarget);
        }}
        onCancel={() => {
          cancelled.value = true;
        }}
      />
      <input
        {...inputs}
        ref={chooser}
        multiple
        data-photos="files"
        onChange={(event) => {
          taken(event.currentTarget);
        }}
      />
      <div class="photo-ways">
        <button type="button" class="button first" disabled={busy.value} onClick={() => camera.current?.click()}>
          <Icon name="photo" />
          {t("photos.take")}
        </button>
        <button type="button" class="button" disabled={busy.value} onClick={() => chooser.current?.click()}>
          {t("photos.from_files")}
        </button>
      </div>
      <p class="soft" role="status">
        {busy.value ? t("photos.keeping") : cancelled.value ? t("photos.camera_hint") : ""}
      </p>
      {refused.value !== null && (
        <Trouble
          refused={refused.value}
          onAgain={(files) => void take(files)}
          onDismiss={() => {
            refused.value = null;
          }}
        />
      )}
      <label class="photo-setting">
        <input
          type="checkbox"
          checked={smaller.value}
          onChange={(event) => {
            smaller.value = event.currentTarget.checked;
            preferSmaller(smaller.value);
          }}
        />
        <span>
          {t("photos.smaller")}
          <span class="soft">{t(smaller.value ? "photos.smaller_hint" : "photos.as_taken_hint")}</span>
        </span>
      </label>
    </div>
  );
}

interface TroubleProps {
  readonly refused: Refused;
  readonly onAgain: (files: readonly File[]) => void;
  readonly onDismiss: () => void;
}

function Trouble({ refused: { refusal, files }, onAgain, onDismiss }: TroubleProps): JSX.Element {
  return (
    <div class="photo-trouble">
      <p class="trouble" role="alert">
        {refusalWords(refusal)}
      </p>
      <div class="photo-ways">
        {files.length > 0 && (
          <button
            type="button"
            class="button first"
            onClick={() => {
              onAgain(files);
            }}
          >
            {t("photos.again")}
          </button>
        )}
        <button type="button" class="button" onClick={onDismiss}>
          {t("photos.dismiss")}
        </button>
      </div>
    </div>
  );
}

type LaterProps = Pick<JobPhotosProps, "phone" | "job">;

/** What was taken after the signature. */
function Later({ phone, job }: LaterProps): JSX.Element | null {
  const said = useSignal<string | null>(null);
  const manifest = signedManifest(job, phone.judged.value, phone.waiting.value);
  const named = manifest === null ? [] : phone.photos.named(job.id);
  if (manifest === null || named.length === 0) return said.value === null ? null : <p role="status">{said}</p>;
  const handIn = async (): Promise<void> => {
    const addition = await additionOf(job.id, manifest, named);
    const performed = await phone.keep((replica) => replica.addendum(addition));
    if (performed.ok) {
      const digests = named.map(({ sha256 }) => sha256);
      await phone.photos.signed(performed.op_id, job.id, digests);
    }
    said.value = performed.ok ? t("photos.added") : toldProblem(performed.problem);
  };
  return (
    <div class="photo-later">
      <p>{t("photos.later")}</p>
      <button type="button" class="button" onClick={() => void handIn()}>
        {t("photos.add_later", { n: named.length })}
      </button>
      <p role="status">{said}</p>
    </div>
  );
}
