/** What had failed, as policies and statistics name it; for a product that the phone holds. */
import type { JSX } from "preact";
import { inLanguage, t } from "../../shared/text/language";
import { faultsOf } from "../job/faults";
import { Part } from "../job/Part";
import type { Draft } from "./draft";
import { Chosen, OneOf, type Option } from "./fields";
import type { Finishing } from "./finishing";
import { componentNamed, type Seen } from "./report";

interface FaultFieldsProps {
  readonly finishing: Finishing;
  readonly seen: Seen;
}

export function FaultFields({ finishing, seen }: FaultFieldsProps): JSX.Element | null {
  const draft = finishing.draft.value;
  const repair = seen.job.job_type === "repair" || draft.faultCode !== "" || draft.component !== "";
  const notices = (seen.card?.notices ?? []).filter(({ served }) => !served);
  if (!repair && notices.length === 0) return null;
  return (
    <>
      {repair && (
        <Part title={t("finish.fault")}>
          <Codes finishing={finishing} seen={seen} />
          <Chosen
            label={t("finish.component")}
            value={draft.component}
            options={componentsOf(seen, draft)}
            onChoose={(component) => {
              finishing.change({ component });
            }}
          />
          {draft.outcome === "completed" && (
            <OneOf<"yes" | "no">
              label={t("finish.cured_ask")}
              value={draft.cured === null ? null : draft.cured ? "yes" : "no"}
              options={[
                { value: "yes", words: t("finish.cured.yes") },
                { value: "no", words: t("finish.cured.no") },
              ]}
              onChoose={(works) => {
                finishing.change({ cured: works === "yes" });
              }}
            />
          )}
        </Part>
      )}
      {notices.length > 0 && (
        <Part title={t("finish.served")}>
          {notices.map((notice) => (
            <label class="fin-tick" key={notice.id}>
              <input
                type="checkbox"
                checked={draft.served.includes(notice.id)}
                onChange={(event) => {
                  const others = draft.served.filter((id) => id !== notice.id);
                  finishing.change({ served: event.currentTarget.checked ? [...others, notice.id] : others });
                }}
              />
              <span class="typed">{inLanguage({ zh: notice.title, en: notice.title_en ?? "" })}</span>
            </label>
          ))}
        </Part>
      )}
    </>
  );
}

function Codes({ finishing, seen }: FaultFieldsProps): JSX.Element | null {
  const draft = finishing.draft.value;
  if (seen.unit === undefined) return null;
  const faults = faultsOf(finishing.phone.faults.value.values(), seen.unit, "");
  if (faults.length === 0) return null;
  const known = new Map(faults.map((fault) => [fault.code, fault]));
  return (
    <Chosen
      label={t("finish.fault_code")}
      value={draft.faultCode}
      options={[
        { value: "", words: t("finish.no_code") },
        ...faults.map((fault) => ({
          value: fault.code,
          words: `${fault.code} · ${inLanguage({ zh: fault.text, en: fault.text_en })}`,
        })),
      ]}
      onChoose={(faultCode) => {
        const component = known.get(faultCode)?.component ?? "";
        finishing.change({ faultCode, ...(component === "" ? {} : { component }) });
      }}
    />
  );
}

/** Those the warranty tells apart, and those the product is made of. */
function componentsOf({ card }: Seen, { component }: Draft): readonly Option<string>[] {
  const lines = (card?.verdict.lines ?? []).map((line) => line.component).filter((each) => each !== "whole_unit");
  const made = (card?.parts ?? []).map((part) => part.component);
  const all = [...new Set([...lines, ...made, component])].filter((each) => each !== "");
  return [
    { value: "", words: t("finish.whole") },
    ...all.map((value) => ({
      value,
      words: inLanguage({ zh: componentNamed(card, value, "zh-CN"), en: componentNamed(card, value, "en") }),
    })),
  ];
}
