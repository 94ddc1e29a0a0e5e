/** Who may log in: their role and place, made and changed by managers above them. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { answer } from "../../shared/api/client";
import type { Problem } from "../../shared/api/problem";
import type { Role, Technician, User } from "../../shared/api/types";
import { tell } from "../../shared/news/news";
import { named } from "../../shared/text/language";
import { Asking } from "../forms/Asking";
import { centreChoices, outletChoices } from "../forms/choices";
import { faultsOf, needed, type Check } from "../forms/checks";
import { openDraft, useDraft } from "../forms/draft";
import { SelectField, TextField, Unsaved } from "../forms/fields";
import { Form } from "../forms/Form";
import { Go, show } from "../Go";
import { Await, Facts, Gone, Listing } from "../Listing";
import { nameIn, type Office } from "../office";
import { givenBy, placesOf } from "../rights";
import { saying, w } from "../text/words";

export function UsersPage({ office }: { readonly office: Office }): JSX.Element {
  return <Await shelf={office.users}>{(users) => <UserList office={office} users={users} />}</Await>;
}

function UserList({ office, users }: { readonly office: Office; readonly users: readonly User[] }): JSX.Element {
  return (
    <Listing
      title={w("tab.users")}
      things={users}
      keyOf={(user) => user.id}
      wordsOf={(user) => `${user.name} ${user.username} ${saying("role_name", user.role)} ${placeOf(office, user)}`}
      adding={office.may("people") && { label: w("user.new"), form: () => <NewUser office={office} /> }}
      row={(user) => (
        <>
          <span class="row-head">
            <strong>{user.name}</strong>
            {!user.active ? (
              <span class="tag" data-tone="rest">
                {w("user.inactive")}
              </span>
            ) : (
              <span class="soft small">{saying("role_name", user.role)}</span>
            )}
          </span>
          <span class="soft small">
            {user.username} · {placeOf(office, user)}
          </span>
        </>
      )}
    >
      {(user) => <UserPage office={office} user={user} />}
    </Listing>
  );
}

function placeOf(office: Office, user: User): string {
  if (user.outlet_id !== null) return nameIn(office.outlets.data, user.outlet_id) ?? "";
  return user.centre_id === null ? w("policy.hq") : (nameIn(office.centres.data, user.centre_id) ?? "");
}

function UserPage({ office, user }: { readonly office: Office; readonly user: User }): JSX.Element {
  const asked = useSignal<"role" | "active" | null>(null);
  const role = useSignal<string>(user.role);
  const active = user.active;
  const mine = user.id === office.user.id;
  const may = office.may("people") && !mine && givenBy(office.user.role).includes(user.role);
  async function change(body: { active?: boolean; role?: Role }): Promise<Problem | null> {
    const done = await answer(office.api.PATCH("/users/{user_id}", { params: { path: { user_id: user.id } }, body }));
    if (!done.ok) return done.problem;
    tell("good", w("form.saved"));
    void office.users.again();
    return null;
  }
  return (
    <article class="stack">
      <h2>{user.name}</h2>
      <Facts
        facts={[
          { term: w("user.username"), value: user.username },
          { term: w("user.role"), value: saying("role_name", user.role) },
          { term: w("user.place"), value: placeOf(office, user) },
          { term: w("user.locale"), value: user.locale === "en" ? "English" : "中文" },
          { term: w("user.state"), value: active ? w("user.active") : w("user.inactive") },
          user.technician_id === null
            ? null
            : {
                term: w("user.technician"),
                value: (
                  <Go to={{ tab: "technicians", id: user.technician_id }}>
                    {nameIn(office.technicians.data, user.technician_id) ?? user.name}
                  </Go>
                ),
              },
        ]}
      />
      {mine && <p class="soft">{w("user.yourself")}</p>}
      {may && (
        <p class="acts">
          {user.role !== "technician" && (
            <button type="button" class="button" onClick={() => (asked.value = "role")}>
              {w("user.change_role")}
            </button>
          )}
          <button type="button" class={active ? "button danger" : "button"} onClick={() => (asked.value = "active")}>
            {active ? w("user.deactivate") : w("user.activate")}
          </button>
        </p>
      )}
      {asked.value === "role" && (
        <Asking
          title={w("user.change_role")}
          confirm={w("form.save")}
          send={() => change({ role: role.value as Role })}
          onClose={() => (asked.value = null)}
        >
          <SelectField
            name="role"
            label={w("user.role")}
            value={role.value}
            choices={givenBy(office.user.role)
              .filter((one) => one !== "technician" && placesOf(one).includes(heightOf(user)))
              .map((one) => ({ value: one, label: saying("role_name", one) }))}
            onEnter={(value) => (role.value = value)}
          />
        </Asking>
      )}
      {asked.value === "active" && (
        <Asking
          title={w(active ? "user.ask_deactivate" : "user.ask_activate", { name: user.name })}
          confirm={active ? w("user.deactivate") : w("user.activate")}
          danger={active}
          send={() => change({ active: !active })}
          onClose={() => (asked.value = null)}
        >
          <p class="soft">{w(active ? "user.means_deactivate" : "user.means_activate")}</p>
        </Asking>
      )}
    </article>
  );
}

function heightOf(user: User): "headquarters" | "centre" | "outlet" {
  return user.outlet_id !== null ? "outlet" : user.centre_id !== null ? "centre" : "headquarters";
}

const BLANK = {
  name: "",
  username: "",
  password: "",
  role: "",
  height: "",
  centre_id: "",
  outlet_id: "",
  technician_id: "",
  locale: "zh-CN",
};

function blankFor({ user }: Office): typeof BLANK {
  return { ...BLANK, centre_id: user.centre_id ?? "", outlet_id: user.outlet_id ?? "" };
}

/** Opens the form with what is known of a technician filled in. */
export function beginLogin(office: Office, technician: Technician): void {
  const { id, name, name_en, outlet_id } = technician;
  const username = name_en
    .trim()
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, ".");
  openDraft("people/user", blankFor(office)).set({ role: "technician", technician_id: id, name, outlet_id, username });
  show({ tab: "users", id: null, act: "new" });
}

/** The active login of a technician; there is one at most. */
export function loginOf(office: Office, technicianId: string): User | undefined {
  return office.users.data?.find((user) => user.technician_id === technicianId && user.active);
}

function NewUser({ office }: { readonly office: Office }): JSX.Element {
  const draft = useDraft("people/user", blankFor(office));
  const values = draft.values.value;
  const set = draft.set;
  if (!office.may("people")) return <Gone />;
  const role = values.role as Role | "";
  const heights =
    role === ""
      ? []
      : placesOf(role).filter((height) =>
          office.user.outlet_id !== null
            ? height === "outlet"
            : office.user.centre_id === null || height !== "headquarters",
        );
  const height = heights.find((one) => one === values.height) ?? heights[0];
  async function send(): Promise<Problem | null> {
    const made = await answer(
      office.api.POST("/users", {
        body: {
          username: values.username.trim().toLowerCase(),
          name: values.name.trim(),
          password: values.password,
          role: role === "" ? "dispatcher" : role,
          locale: values.locale,
          centre_id: height === "centre" ? values.centre_id : null,
          outlet_id: height === "outlet" ? values.outlet_id : null,
          technician_id: role === "technician" ? values.technician_id : null,
        },
      }),
    );
    if (!made.ok) return made.problem;
    draft.discard();
    await office.users.again();
    tell("good", w("user.made", { name: made.data.name }));
    show({ id: made.data.id, act: null });
    return null;
  }
  const empty = (is: boolean): Check => (is ? w("form.needed") : undefined);
  return (
    <article class="stack">
      <h2>{w("user.new")}</h2>
      <Form
        submit={w("user.make")}
        check={() =>
          faultsOf({
            name: needed(values.name),
            username: /^[a-z0-9][a-z0-9._@-]{1,79}$/.test(values.username.trim().toLowerCase())
              ? undefined
              : w("user.username_hint"),
            password: values.password.length >= 10 ? undefined : w("user.password_hint"),
            role: empty(role === ""),
            centre_id: empty(height === "centre" && values.centre_id === ""),
            outlet_id: empty(height === "outlet" && values.outlet_id === ""),
            technician_id: empty(role === "technician" && values.technician_id === ""),
          })
        }
        send={send}
        fieldOf={{ username_taken: "username", outlet_unknown: "outlet_id", technician_unknown: "technician_id" }}
        tools={<Unsaved dirty={draft.dirty.value} onDiscard={draft.discard} />}
      >
        <div class="pair">
          <TextField
            name="name"
            label={w("user.name")}
            value={values.name}
            maxLength={120}
            onEnter={(name) => {
              set({ name });
            }}
          />
          <TextField
            name="username"
            label={w("user.username")}
            hint={w("user.username_hint")}
            value={values.username}
            maxLength={80}
            onEnter={(username) => {
              set({ username });
            }}
          />
          <TextField
            name="password"
            type="password"
            label={w("user.password")}
            hint={w("user.password_hint")}
            autoComplete="new-password"
            value={values.password}
            maxLength={200}
            onEnter={(password) => {
              set({ password });
            }}
          />
          <SelectField
            name="locale"
            label={w("user.locale")}
            value={values.locale}
            choices={[
              { value: "zh-CN", label: "中文" },
              { value: "en", label: "English" },
            ]}
            onEnter={(locale) => {
              set({ locale });
            }}
          />
          <SelectField
            name="role"
            label={w("user.role")}
            value={values.role}
            choices={givenBy(office.user.role).map((one) => ({ value: one, label: saying("role_name", one) }))}
            onEnter={(entered) => {
              set({ role: entered });
            }}
          />
          {heights.length > 1 && (
            <SelectField
              name="height"
              label={w("user.height")}
              value={height ?? ""}
              choices={heights.map((one) => ({ value: one, label: w(`user.height.${one}`) }))}
              onEnter={(entered) => {
                set({ height: entered });
              }}
            />
          )}
          {height === "centre" && (
            <SelectField
              name="centre_id"
              label={w("policy.centre")}
              value={values.centre_id}
              choices={centreChoices(office)}
              onEnter={(centre_id) => {
                set({ centre_id });
              }}
            />
          )}
          {height === "outlet" && (
            <SelectField
              name="outlet_id"
              label={w("policy.outlet")}
              value={values.outlet_id}
              choices={outletChoices(office)}
              onEnter={(outlet_id) => {
                set({ outlet_id, technician_id: "" });
              }}
            />
          )}
          {role === "technician" && (
            <SelectField
              name="technician_id"
              label={w("user.technician")}
              hint={w("user.technician_hint")}
              value={values.technician_id}
              choices={(office.technicians.data ?? [])
                .filter((one) => one.outlet_id === values.outlet_id && loginOf(office, one.id) === undefined)
                .map((one) => ({ value: one.id, label: named(one) }))}
              onEnter={(technician_id) => {
                set({ technician_id });
              }}
            />
          )}
        </div>
      </Form>
    </article>
  );
}
