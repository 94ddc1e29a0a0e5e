import { calendars } from "./en/calendars";
import { catalogue } from "./en/catalogue";
import { frame } from "./en/frame";
import { links } from "./en/links";
import { measures } from "./en/measures";
import { network } from "./en/network";
import { people } from "./en/people";
import { policies } from "./en/policies";
import { products } from "./en/products";

/** Every sentence of the managers' desk, in English; a part of the desk has its own file, and one of the same name in
 * Chinese that must have each key. Holes are filled as in `shared/text/messages`. */
export const en = {
  ...calendars,
  ...catalogue,
  ...frame,
  ...links,
  ...measures,
  ...network,
  ...people,
  ...policies,
  ...products,
};
