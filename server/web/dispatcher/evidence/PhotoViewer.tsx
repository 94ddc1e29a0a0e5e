/** One photo in large over the page, and the way to its neighbours: arrows, buttons, Escape. */
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { sentence } from "../../shared/api/problem";
import type { Job } from "../../shared/api/types";
import { say, t } from "../../shared/text/language";
import { shortTime } from "../../shared/time/format";
import { now } from "../../shared/time/now";
import { Icon } from "../../shared/views/Icon";
import type { Board } from "../board";
import { originalOf, useCopy } from "./reading";
import { photoName, save } from "./saving";
import type { Signed } from "./signed";
import { stepped } from "./standing";
import type { CompletionPhoto } from "../../shared/api/types";

interface PhotoViewerProps {
  readonly photos: readonly CompletionPhoto[];
  readonly signed: Signed;
  readonly job: Job;
  readonly board: Board;
  /** Digest of the photo in view. */
  readonly open: string;
  readonly onStep: (sha256: string) => void;
  readonly onClose: () => void;
}

export function PhotoViewer(props: PhotoViewerProps): JSX.Element | null {
  const { photos, signed, open, onStep, onClose, job, board } = props;
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  const here = photos.filter(({ state }) => state !== "awaited").map(({ sha256 }) => sha256);
  const photo = photos.find(({ sha256 }) => sha256 === open);
  if (photo === undefined) return null;
  const place = { n: photos.indexOf(photo) + 1, all: photos.length };
  const { takenAt = null, caption = "" } = signed.photos.get(open) ?? {};

  const step = (by: number) => (): void => {
    onStep(stepped(here, open, by));
  };
  const arrows: Readonly<Record<string, () => void>> = {
    ArrowLeft: step(-1),
    ArrowRight: step(1),
    Home: step(-here.length),
    End: step(here.length),
  };

  return (
    <dialog
      ref={dialog}
      class="asking photo-viewer"
      aria-labelledby="viewer-title"
      onClose={onClose}
      onKeyDown={(event) => {
        const move = arrows[event.key];
        if (move === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
        event.preventDefault();
        move();
      }}
    >
      <header>
        <h2 id="viewer-title" aria-live="polite">
          {t("request.photo", place)}
        </h2>
        {caption !== "" && <span class="typed">{caption}</span>}
        {takenAt !== null && (
          <span class="soft numbers">
            {t("evidence.photo_taken", { time: shortTime(now.value, takenAt, board.zoneOf(job.outlet_id)) })}
          </span>
        )}
        {photo.state === "ready" && photo.code && <p class="caution">{say("problem", photo.code)}</p>}
      </header>
      <Large key={open} photo={photo} board={board} words={t("request.photo", place)} />
      <footer>
        <Step name="back" label={t("evidence.photo_previous")} none={here[0] === open} onStep={step(-1)} />
        <Step name="forward" label={t("evidence.photo_next")} none={here.at(-1) === open} onStep={step(1)} />
        <button
          type="button"
          class="button"
          onClick={() => {
            void save(originalOf(board, open), photoName(job.number, place.n, photo.media_type));
          }}
        >
          {t("evidence.photo_save")}
        </button>
        <button type="button" class="button first" onClick={() => dialog.current?.close()}>
          {t("close")}
        </button>
      </footer>
    </dialog>
  );
}

interface StepProps {
  readonly name: "back" | "forward";
  readonly label: string;
  /** There is none in this direction. It stays a stop for the keyboard, so that the focus is not lost. */
  readonly none: boolean;
  readonly onStep: () => void;
}

function Step({ name, label, none, onStep }: StepProps): JSX.Element {
  return (
    <button type="button" class={`button square ${name}`} aria-label={label} aria-disabled={none} onClick={onStep}>
      <Icon name="back" />
    </button>
  );
}

interface LargeProps {
  readonly photo: CompletionPhoto;
  readonly board: Board;
  readonly words: string;
}

function Large({ photo, board, words }: LargeProps): JSX.Element {
  const copy = useCopy(board, photo, "shown");
  if (copy.kind === "loading") return <div class="ghost picture-ghost" role="status" aria-label={t("loading")} />;
  if (copy.kind === "failed")
    return (
      <p class="notice" role="alert">
        {sentence(copy.problem)}
      </p>
    );
  return <img src={copy.data.url} alt={words} />;
}
