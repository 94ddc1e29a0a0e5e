import type { JSX } from "preact";
import { Icon } from "../../shared/views/Icon";
import { usePicture } from "../photos/pictures";
import type { Photo } from "../photos/photo";
import type { Finishing } from "./finishing";
import type { Seen } from "./report";
import { ReportText } from "./ReportText";
import type { Words } from "./words";

interface ReadStepProps {
  readonly finishing: Finishing;
  readonly seen: Seen;
  readonly say: Words;
}

export function ReadStep({ finishing, seen, say }: ReadStepProps): JSX.Element {
  const stated = finishing.stated.value;
  const { photos } = finishing.phone;
  const named = new Set(seen.photos.map(({ sha256 }) => sha256));
  const shown = photos.of(finishing.id).filter(({ state, sha256 }) => state === "draft" && named.has(sha256));
  return (
    <div class="fin-step">
      <p class="fin-give">
        <Icon name="person" />
        {say("finish.give")}
      </p>
      <h1 id="fin-theirs-title" tabIndex={-1}>
        {say("finish.read_title")}
      </h1>
      <p class="soft">{say("finish.read_hint")}</p>
      {stated !== null && <ReportText text={stated.text} locale={stated.locale} />}
      {shown.length > 0 && (
        <ul class="fin-pictures" aria-label={say("finish.photos")}>
          {shown.map((photo, index) => (
            <Picture key={photo.id} finishing={finishing} photo={photo} n={index + 1} />
          ))}
        </ul>
      )}
    </div>
  );
}

interface PictureProps {
  readonly finishing: Finishing;
  readonly photo: Photo;
  readonly n: number;
}

function Picture({ finishing, photo, n }: PictureProps): JSX.Element {
  const url = usePicture(finishing.phone.photos, photo.id, "thumbnail", photo.sha256).value;
  return (
    <li>
      {typeof url === "string" ? <img src={url} alt={photo.caption || String(n)} /> : <span class="ghost">{n}</span>}
    </li>
  );
}
