/** One photo: large, with what may still be said and chosen about it. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { bytesWords } from "../../shared/text/bytes";
import { t } from "../../shared/text/language";
import { Icon } from "../../shared/views/Icon";
import { Sheet } from "../job/Sheet";
import type { Phone } from "../phone/phone";
import type { Done } from "./box";
import { CAPTION_CHARACTERS, type Photo, type PhotoRefusal } from "./photo";
import { usePicture } from "./pictures";
import { refusalWords, remedyWords, stateWords } from "./words";

interface PhotoSheetProps {
  readonly phone: Phone;
  readonly photos: readonly Photo[];
  readonly photo: Photo;
  /** Another photo, or null: none any more. */
  readonly onShow: (id: string | null) => void;
}

export function PhotoSheet({ phone, photos, photo, onShow }: PhotoSheetProps): JSX.Element {
  const index = photos.indexOf(photo);
  return (
    <Sheet
      title={t("photos.of", { n: index + 1, all: photos.length })}
      onClose={() => {
        onShow(null);
      }}
    >
      <div class="photo-sheet">
        <Large phone={phone} photo={photo} />
        {photos.length > 1 && (
          <div class="photo-steps">
            <Step words={t("photos.previous")} to={photos[index - 1]} back onShow={onShow} />
            <Step words={t("photos.next")} to={photos[index + 1]} onShow={onShow} />
          </div>
        )}
        <State phone={phone} photo={photo} />
        {photo.state === "draft" ? (
          <Editing key={photo.id} phone={phone} photo={photo} onShow={onShow} />
        ) : (
          <>
            {photo.caption !== "" && <p class="typed">{photo.caption}</p>}
            <p class="soft">{t("photos.fixed")}</p>
          </>
        )}
      </div>
    </Sheet>
  );
}

function Large({ phone, photo }: { readonly phone: Phone; readonly photo: Photo }): JSX.Element {
  const kept = photo.state !== "sealed";
  const picture = usePicture(phone.photos, photo.id, kept ? "content" : "thumbnail", photo.sha256);
  const broken = useSignal<string | null>(null);
  if (picture.value === undefined) return <div class="photo-large ghost" />;
  if (picture.value === null || broken.value === picture.value)
    return (
      <div class="photo-large">
        <Icon name="photo" />
        <p class="soft">{t(kept ? "photos.no_preview" : "photos.gone")}</p>
      </div>
    );
  const { value } = picture;
  return (
    <>
      <img
        class="photo-large"
        src={value}
        alt={photo.caption}
        onError={() => {
          broken.value = value;
        }}
      />
      {!kept && <p class="soft">{t("photos.gone")}</p>}
    </>
  );
}

interface StepProps {
  readonly words: string;
  readonly to: Photo | undefined;
  readonly back?: boolean;
  readonly onShow: (id: string) => void;
}

function Step({ words, to, back = false, onShow }: StepProps): JSX.Element {
  return (
    <button
      type="button"
      class="button"
      data-back={back}
      disabled={to === undefined}
      onClick={() => {
        if (to !== undefined) onShow(to.id);
      }}
    >
      {words}
    </button>
  );
}

function State({ phone, photo }: { readonly phone: Phone; readonly photo: Photo }): JSX.Element {
  const statement = phone.photos.statements.value.find(({ op_id }) => op_id === photo.op_id);
  const remedy = remedyWords(photo.trouble);
  return (
    <div>
      <p class={photo.trouble === null ? "" : "trouble"}>
        {stateWords(photo, statement, phone.uploads.progress.value)}
      </p>
      {remedy !== "" && <p>{remedy}</p>}
      <p class="soft numbers">
        {photo.smaller
          ? t("photos.size.smaller_of", { size: bytesWords(photo.size), original: bytesWords(photo.original_size) })
          : t("photos.size.as_taken_of", { original: bytesWords(photo.original_size) })}
      </p>
    </div>
  );
}

interface EditingProps {
  readonly phone: Phone;
  readonly photo: Photo;
  readonly onShow: (id: string | null) => void;
}

function Editing({ phone: { photos }, photo, onShow }: EditingProps): JSX.Element {
  const refused = useSignal<PhotoRefusal | null>(null);
  const removing = useSignal(false);
  const tried = async (done: Promise<Done>): Promise<boolean> => {
    const came = await done;
    refused.value = came.ok ? null : came.refusal;
    return came.ok;
  };
  return (
    <>
      <div class="field">
        <label for="photo-caption">{t("photos.caption")}</label>
        <textarea
          id="photo-caption"
          rows={2}
          maxLength={CAPTION_CHARACTERS}
          defaultValue={photo.caption}
          aria-describedby="photo-caption-hint"
          onInput={(event) => void tried(photos.caption(photo.id, event.currentTarget.value))}
        />
        <span id="photo-caption-hint" class="soft">
          {t("photos.caption_hint", { n: CAPTION_CHARACTERS })}
        </span>
      </div>
      <fieldset class="photo-sizes">
        <legend>{t("photos.size")}</legend>
        {([true, false] as const).map((smaller) => (
          <label key={String(smaller)}>
            <input
              type="radio"
              name="photo-size"
              checked={photo.smaller === smaller}
              onChange={() => void tried(photos.resize(photo.id, smaller))}
            />
            {t(smaller ? "photos.size.smaller" : "photos.size.as_taken")}
          </label>
        ))}
      </fieldset>
      <label class="photo-setting">
        <input
          type="checkbox"
          checked={photo.chosen}
          onChange={(event) => void tried(photos.choose(photo.id, event.currentTarget.checked))}
        />
        {t("photos.chosen")}
      </label>
      {refused.value !== null && (
        <p class="trouble" role="alert">
          {refusalWords(refused.value)}
        </p>
      )}
      {removing.value ? (
        <div class="photo-removing" role="group" aria-label={t("photos.remove")}>
          <p>{t("photos.really_remove")}</p>
          <div class="photo-ways">
            <button
              type="button"
              class="button danger"
              onClick={() =>
                void tried(photos.remove(photo.id)).then((gone) => {
                  if (gone) onShow(null);
                })
              }
            >
              {t("photos.remove")}
            </button>
            <button
              type="button"
              class="button"
              onClick={() => {
                removing.value = false;
              }}
            >
              {t("photos.keep_it")}
            </button>
          </div>
        </div>
      ) : (
        <button
          type="button"
          class="button danger"
          onClick={() => {
            removing.value = true;
          }}
        >
          {t("photos.remove")}
        </button>
      )}
    </>
  );
}
