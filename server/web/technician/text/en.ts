import { common } from "../../shared/text/en/common";
import { fields } from "../../shared/text/en/fields";
import { finish } from "../../shared/text/en/finish";
import { job } from "../../shared/text/en/job";
import { outbox } from "../../shared/text/en/outbox";
import { phone } from "../../shared/text/en/phone";
import { problems } from "../../shared/text/en/problems";
import { scan } from "../../shared/text/en/scan";
import { technician } from "../../shared/text/en/technician";

/** What the technician's app says, in English. */
export const en = {
  ...common,
  ...fields,
  ...finish,
  ...job,
  ...outbox,
  ...phone,
  ...problems,
  ...scan,
  ...technician,
};
