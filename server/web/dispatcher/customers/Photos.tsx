/** Photos that the customer sent: small in the drawer, one at a time in full. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import type { ServiceRequest } from "../../shared/api/types";
import { t } from "../../shared/text/language";
import { useBlob } from "../../shared/views/blob";
import { Icon } from "../../shared/views/Icon";
import type { Board } from "../board";
import { requestPhoto } from "./deeds";
import { Shown } from "./Shown";

interface PhotosProps {
  readonly photos: ServiceRequest["photos"];
  readonly jobId: string;
  readonly board: Board;
}

export function Photos({ photos, jobId, board }: PhotosProps): JSX.Element | null {
  if (photos.length === 0) return null;
  return (
    <ul class="photos" aria-label={t("request.photos")}>
      {photos.map(({ sha256 }, index) => (
        <li key={sha256}>
          <Photo sha256={sha256} jobId={jobId} board={board} place={{ n: index + 1, all: photos.length }} />
        </li>
      ))}
    </ul>
  );
}

interface PhotoProps extends Omit<PhotosProps, "photos"> {
  readonly sha256: string;
  readonly place: { readonly n: number; readonly all: number };
}

function Photo({ sha256, jobId, board, place }: PhotoProps): JSX.Element {
  const large = useSignal(false);
  const photo = useBlob(() => requestPhoto(board, jobId, sha256), `${jobId} ${sha256}`).value;
  if (photo.kind === "loading") return <div class="ghost" role="status" aria-label={t("loading")} />;
  if (photo.kind === "failed")
    return (
      <p class="photo-missing">
        <Icon name="photo" />
        {t("request.photo_failed", { n: place.n })}
      </p>
    );
  return (
    <>
      <button type="button" aria-label={t("request.photo_open", place)} onClick={() => (large.value = true)}>
        <img src={photo.data.url} alt="" />
      </button>
      {large.value && (
        <Shown
          title={t("request.photo", place)}
          onClose={() => {
            large.value = false;
          }}
        >
          <img src={photo.data.url} alt={t("request.photo", place)} />
        </Shown>
      )}
    </>
  );
}
