import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { t } from "../../shared/text/language";
import { install, installable, putOff } from "./installing";
import "./enrol.css";

export function InstallHint(): JSX.Element | null {
  const gone = useSignal(false);
  const way = installable();
  if (way === null || gone.value) return null;
  return (
    <section class="install" aria-label={t("install.title")}>
      <h2>{t("install.title")}</h2>
      <p>{way === "words" ? t("install.ios") : t("install.hint")}</p>
      <div class="enrol-buttons">
        {way === "offer" && (
          <button type="button" class="button first" onClick={() => void install()}>
            {t("install.go")}
          </button>
        )}
        <button
          type="button"
          class="button plain"
          onClick={() => {
            putOff();
            gone.value = true;
          }}
        >
          {t("install.later")}
        </button>
      </div>
    </section>
  );
}
