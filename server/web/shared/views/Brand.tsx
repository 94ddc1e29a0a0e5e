import type { JSX } from "preact";
import type { Face } from "../api/session";
import { t } from "../text/language";
import { Icon } from "./Icon";

export function Brand({ face }: { readonly face: Face }): JSX.Element {
  return (
    <span class="brand">
      <Icon name="mark" />
      <span>
        {t("app.name")} <span class="soft">{face === "desk" ? t("app.desk") : t("app.technician")}</span>
      </span>
    </span>
  );
}
