import type { JSX } from "preact";
import type { Face } from "../api/session";
import { t } from "../text/language";
import { Icon } from "./Icon";

/** `name`: of the face, where it is not the usual one. */
export function Brand({ face, name }: { readonly face: Face; readonly name?: string | undefined }): JSX.Element {
  return (
    <span class="brand">
      <Icon name="mark" />
      <span>
        {t("app.name")} <span class="soft">{name ?? t(face === "desk" ? "app.desk" : "app.technician")}</span>
      </span>
    </span>
  );
}
