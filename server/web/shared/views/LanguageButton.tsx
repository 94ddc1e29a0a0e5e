import type { JSX } from "preact";
import { language, switchLanguage, t } from "../text/language";

/** Named in the other language, for those who cannot read this one. */
export function LanguageButton(): JSX.Element {
  const other = language.value === "en" ? "zh-CN" : "en";
  return (
    <button
      type="button"
      class="button plain"
      lang={other}
      onClick={() => {
        switchLanguage(other);
      }}
    >
      {t("language.other")}
    </button>
  );
}
