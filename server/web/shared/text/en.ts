import { common } from "./en/common";
import { customers } from "./en/customers";
import { desk } from "./en/desk";
import { evidence } from "./en/evidence";
import { fields } from "./en/fields";
import { finish } from "./en/finish";
import { intake } from "./en/intake";
import { people } from "./en/people";
import { phone } from "./en/phone";
import { job } from "./en/job";
import { outbox } from "./en/outbox";
import { plans } from "./en/plans";
import { problems } from "./en/problems";
import { scan } from "./en/scan";
import { scans } from "./en/scans";
import { technician } from "./en/technician";
import { timeline } from "./en/timeline";

/** Every sentence a person reads, in English: the list of keys. A part of the pages has its own file under `en/`, and one
 * of the same name under `zh-CN/` that must have each key.
 *
 * `{name}` takes a value; `{n|job|jobs}` writes the number and chooses the word by it. */
export const en = {
  ...common,
  ...customers,
  ...desk,
  ...evidence,
  ...fields,
  ...finish,
  ...intake,
  ...people,
  ...phone,
  ...job,
  ...outbox,
  ...plans,
  ...problems,
  ...scan,
  ...scans,
  ...technician,
  ...timeline,
};
