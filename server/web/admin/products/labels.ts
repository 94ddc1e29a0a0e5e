/** A batch of labels as it is typed and as it is sent. Pure but for the words of what is wrong. */
import type { components } from "../../shared/api/schema";
import { faultsOf, between, whole, type Check } from "../forms/checks";
import type { Faults } from "../forms/faults";
import { w } from "../text/words";

export type NewBatch = components["schemas"]["NewLabelBatch"];

export interface LabelsDraft {
  readonly what: "make" | "units";
  readonly gtin: string;
  readonly outlet_id: string;
  readonly count: string;
  readonly lot: string;
  readonly manufactured_on: string;
  readonly format: string;
  readonly sheet: string;
  readonly place: string;
  readonly marks: boolean;
  readonly dpi: string;
  readonly level: string;
  readonly width: string;
  readonly height: string;
}

export const BLANK: LabelsDraft = {
  what: "make",
  gtin: "",
  outlet_id: "",
  count: "24",
  lot: "",
  manufactured_on: "",
  format: "pdf",
  sheet: "",
  place: "1",
  marks: false,
  dpi: "300",
  level: "Q",
  width: "",
  height: "",
};

/** GS1's character set 82, of which lots are. */
const LOT = /^[!"%&'()*+,\-./0-9:;<=>?A-Z_a-z]{0,20}$/;
const SMALLEST_MM = 8;
const LARGEST_MM = 300;

export const onSheet = (draft: LabelsDraft): boolean => draft.format === "pdf" && draft.sheet !== "";

/** `places`: on the chosen sheet. `today`: a day. */
export function faultsIn(draft: LabelsDraft, places: number, today: string): Faults {
  const makes = draft.what === "make";
  const lot = draft.lot.trim();
  const named = draft.gtin !== "" || draft.outlet_id !== "" || lot !== "";
  return faultsOf({
    gtin: makes && draft.gtin === "" ? w("form.needed") : !makes && !named ? w("label.which_needed") : undefined,
    outlet_id: makes && draft.outlet_id === "" ? w("form.needed") : undefined,
    lot: LOT.test(lot) ? undefined : w("label.lot_hint"),
    count: makes ? whole(draft.count, 1, 10_000) : undefined,
    manufactured_on: makes && draft.manufactured_on > today ? w("label.not_yet") : undefined,
    place: onSheet(draft) ? whole(draft.place, 1, Math.max(1, places)) : undefined,
    ...(onSheet(draft) ? {} : { width: edge(draft.width, draft.height), height: edge(draft.height, draft.width) }),
  });
}

/** Width and height come together, or not at all. */
function edge(typed: string, other: string): Check {
  if (typed.trim() === "") return other.trim() === "" ? undefined : w("label.both_edges");
  return between(typed, SMALLEST_MM, LARGEST_MM);
}

export function requestOf(draft: LabelsDraft): NewBatch {
  const sheeted = onSheet(draft);
  const size = (entered: string): number | null => (sheeted || entered.trim() === "" ? null : Number(entered));
  const lot = draft.lot.trim();
  return {
    format: draft.format as NewBatch["format"],
    form: {
      dpi: Number(draft.dpi) as 300,
      level: draft.level as "Q",
      width: size(draft.width),
      height: size(draft.height),
      least_module: 0.396,
      text: true,
    },
    place: sheeted ? Number(draft.place) : 1,
    sheet: sheeted ? draft.sheet : null,
    marks: sheeted && draft.marks,
    ...(draft.what === "make"
      ? {
          make: {
            gtin: draft.gtin,
            outlet_id: draft.outlet_id,
            count: Number(draft.count),
            lot,
            manufactured_on: draft.manufactured_on || null,
          },
        }
      : { units: { gtin: draft.gtin || null, outlet_id: draft.outlet_id || null, lot } }),
  };
}
