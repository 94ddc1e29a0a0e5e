/** The photos that a signature names: those that came, those that cannot be shown, and those still on the phone. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { say, t } from "../../shared/text/language";
import { span } from "../../shared/time/format";
import { now } from "../../shared/time/now";
import { Icon } from "../../shared/views/Icon";
import type { Board } from "../board";
import type { CompletionProps } from "./OneCompletion";
import { PhotoViewer } from "./PhotoViewer";
import { useCopy } from "./reading";
import { arrivalsOf } from "./standing";
import { inSignedOrder, type Signed } from "./signed";
import type { CompletionPhoto } from "../../shared/api/types";

export interface CompletionPhotosProps extends CompletionProps {
  readonly signed: Signed;
}

export function CompletionPhotos({ completion, signed, job, board }: CompletionPhotosProps): JSX.Element {
  const photos = inSignedOrder(completion.photos, signed.photos);
  const open = useSignal<string | null>(null);
  const { all, received, since } = arrivalsOf(completion);
  const count = { received, all };
  return (
    <div class="completion-photos">
      <p data-missing={since !== null}>
        <Icon name={since === null ? "photo" : "clock"} />
        <span class="numbers">
          {since === null
            ? t("evidence.photos_all", count)
            : t("evidence.photos_missing", { ...count, age: span(now.value - since) })}
        </span>
      </p>
      <ul class="photos" aria-label={t("request.photos")}>
        {photos.map((photo, index) => (
          <li key={photo.sha256}>
            <Tile
              photo={photo}
              place={{ n: index + 1, all }}
              board={board}
              onOpen={() => {
                open.value = photo.sha256;
              }}
            />
          </li>
        ))}
      </ul>
      {open.value !== null && (
        <PhotoViewer
          photos={photos}
          signed={signed}
          open={open.value}
          onStep={(sha256) => {
            open.value = sha256;
          }}
          onClose={() => {
            open.value = null;
          }}
          job={job}
          board={board}
        />
      )}
    </div>
  );
}

interface TileProps {
  readonly photo: CompletionPhoto;
  readonly place: { readonly n: number; readonly all: number };
  readonly board: Board;
  readonly onOpen: () => void;
}

function Tile({ photo, place, board, onOpen }: TileProps): JSX.Element {
  const { state } = photo;
  if (state === "awaited")
    return (
      <p class="photo-state" data-state={state}>
        <Icon name="clock" />
        {t("evidence.photo.awaited", place)}
      </p>
    );
  if (state === "refused")
    return (
      <button type="button" class="photo-state" data-state={state} onClick={onOpen}>
        <Icon name="warning" />
        {t("evidence.photo.refused", place)}
      </button>
    );
  return <Thumbnail photo={photo} place={place} board={board} onOpen={onOpen} />;
}

function Thumbnail({ photo, place, board, onOpen }: TileProps): JSX.Element {
  const copy = useCopy(board, photo, "thumbnail");
  if (copy.kind === "loading") return <div class="ghost" role="status" aria-label={t("loading")} />;
  if (copy.kind === "failed")
    return (
      <button type="button" class="photo-state" onClick={onOpen}>
        <Icon name="photo" />
        {copy.problem.code === "image_not_ready"
          ? t("evidence.photo.received", place)
          : say("problem", copy.problem.code)}
      </button>
    );
  return (
    <button type="button" aria-label={t("request.photo_open", place)} onClick={onOpen}>
      <img src={copy.data.url} alt="" />
    </button>
  );
}
