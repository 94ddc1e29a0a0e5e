/** Regional service centres: a name above its outlets. */
import type { JSX } from "preact";
import { answer } from "../../shared/api/client";
import type { Answer, Problem } from "../../shared/api/problem";
import { tell } from "../../shared/news/news";
import { named } from "../../shared/text/language";
import { faultsOf, needed } from "../forms/checks";
import { changesOf, useDraft } from "../forms/draft";
import { Closing, Names } from "../forms/fields";
import { Form } from "../forms/Form";
import { Go, show, view } from "../Go";
import { Facts, Listing } from "../Listing";
import type { Centre, Office } from "../office";
import { renewed } from "../shelf";
import { w } from "../text/words";

interface PageProps {
  readonly office: Office;
  readonly centres: readonly Centre[];
}

export function CentresPage({ office, centres }: PageProps): JSX.Element {
  const may = office.may("centres");
  return (
    <Listing
      title={w("tab.centres")}
      things={centres}
      keyOf={(one) => one.id}
      wordsOf={(one) => `${one.name} ${one.name_en}`}
      adding={may && { label: w("centre.new"), form: () => <CentreForm office={office} centre={null} /> }}
      row={(one) => <strong>{named(one)}</strong>}
    >
      {(one) =>
        view.value.act === "edit" && may ? (
          <CentreForm office={office} centre={one} />
        ) : (
          <OneCentre office={office} centre={one} />
        )
      }
    </Listing>
  );
}

function OneCentre({ office, centre }: { readonly office: Office; readonly centre: Centre }): JSX.Element {
  const outlets = office.outlets.data?.filter((one) => one.centre_id === centre.id) ?? [];
  return (
    <article class="stack">
      <header class="part-head">
        <h2>{named(centre)}</h2>
        {office.may("centres") && (
          <Go to={{ act: "edit" }} class="button">
            {w("form.change")}
          </Go>
        )}
      </header>
      <Facts
        facts={[
          {
            term: w("tab.outlets"),
            value:
              outlets.length === 0
                ? "—"
                : outlets.map((one) => (
                    <div key={one.id}>
                      <Go to={{ tab: "outlets", id: one.id }}>{named(one)}</Go>
                    </div>
                  )),
          },
        ]}
      />
    </article>
  );
}

interface FormProps {
  readonly office: Office;
  /** Null: a new one. */
  readonly centre: Centre | null;
}

function CentreForm({ office, centre }: FormProps): JSX.Element {
  const { name = "", name_en = "" } = centre ?? {};
  const draft = useDraft(`network/centre/${centre?.id ?? ""}`, { name, name_en });
  const values = draft.values.value;
  async function send(): Promise<Problem | null> {
    const done = await renewed(centre === null ? await add() : await change(centre), () => office.centres.again());
    if (!done.ok) return done.problem;
    draft.discard();
    tell("good", w("form.saved"));
    show({ id: done.data.id, act: null });
    return null;
  }
  function add(): Promise<Answer<Centre>> {
    const body = { name: values.name.trim(), name_en: values.name_en.trim() };
    return answer(office.api.POST("/centres", { body }));
  }
  function change(of: Centre): Promise<Answer<Centre>> {
    const body = { base_version: of.version, ...changesOf(draft) };
    return answer(office.api.PATCH("/centres/{centre_id}", { params: { path: { centre_id: of.id } }, body }));
  }
  return (
    <article class="stack">
      <h2>{centre === null ? w("centre.new") : w("form.change_of", { name: named(centre) })}</h2>
      <Form
        submit={centre === null ? w("form.add") : w("form.save")}
        check={() => faultsOf({ name: needed(values.name) })}
        send={send}
        tools={<Closing draft={draft} />}
      >
        <Names values={values} onEnter={draft.set} />
      </Form>
    </article>
  );
}
