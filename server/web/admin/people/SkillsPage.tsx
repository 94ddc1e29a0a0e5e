/** Skills that jobs need and people have; some hold only with a certificate. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { answer } from "../../shared/api/client";
import type { Problem } from "../../shared/api/problem";
import { tell } from "../../shared/news/news";
import { named } from "../../shared/text/language";
import { code, faultsOf, needed } from "../forms/checks";
import { Names, TextField, Tick } from "../forms/fields";
import { Form } from "../forms/Form";
import { show } from "../Go";
import { Await, Facts, Listing } from "../Listing";
import type { Office, Skill } from "../office";
import { w } from "../text/words";

export function SkillsPage({ office }: { readonly office: Office }): JSX.Element {
  return <Await shelf={office.skills}>{(skills) => <SkillList office={office} skills={skills} />}</Await>;
}

function SkillList({ office, skills }: { readonly office: Office; readonly skills: readonly Skill[] }): JSX.Element {
  const may = office.may("skills");
  return (
    <Listing
      title={w("tab.skills")}
      things={skills}
      keyOf={(one) => one.code}
      wordsOf={(one) => `${one.code} ${one.name} ${one.name_en}`}
      adding={may && { label: w("skill.new"), form: () => <SkillForm office={office} skill={null} /> }}
      row={(one) => (
        <>
          <strong>{named(one)}</strong>
          <span class="soft small">{one.needs_certificate ? w("skill.certified") : w("skill.plain")}</span>
        </>
      )}
    >
      {(one) => (may ? <SkillForm office={office} skill={one} /> : <OneSkill skill={one} />)}
    </Listing>
  );
}

function OneSkill({ skill }: { readonly skill: Skill }): JSX.Element {
  return (
    <article class="stack">
      <h2>{named(skill)}</h2>
      <Facts
        facts={[
          { term: w("form.code"), value: skill.code },
          {
            term: w("skill.certificate"),
            value: skill.needs_certificate ? w("skill.certified") : w("skill.plain"),
          },
        ]}
      />
    </article>
  );
}

function SkillForm({ office, skill }: { readonly office: Office; readonly skill: Skill | null }): JSX.Element {
  const entered = useSignal(skill ?? { code: "", name: "", name_en: "", needs_certificate: false });
  const values = entered.value;
  const set = (change: Partial<Skill>): void => {
    entered.value = { ...entered.value, ...change };
  };
  async function send(): Promise<Problem | null> {
    const { code: path, name, name_en, needs_certificate } = values;
    const done = await answer(
      office.api.PUT("/skills/{code}", {
        params: { path: { code: path } },
        body: { name: name.trim(), name_en: name_en.trim(), needs_certificate },
      }),
    );
    if (!done.ok) return done.problem;
    await office.skills.again();
    tell("good", w("form.saved"));
    show({ id: done.data.code, act: null });
    return null;
  }
  return (
    <article class="stack">
      <h2>{skill === null ? w("skill.new") : named(skill)}</h2>
      <Form
        submit={w("form.save")}
        check={() => faultsOf({ code: code(values.code), name: needed(values.name) })}
        send={send}
      >
        {skill === null && (
          <TextField
            name="code"
            label={w("form.code")}
            value={values.code}
            maxLength={40}
            onEnter={(entry) => {
              set({ code: entry });
            }}
          />
        )}
        <Names values={values} onEnter={set} />
        <Tick
          name="needs_certificate"
          label={w("skill.needs_certificate")}
          checked={values.needs_certificate}
          onEnter={(needs_certificate) => {
            set({ needs_certificate });
          }}
        />
      </Form>
    </article>
  );
}
