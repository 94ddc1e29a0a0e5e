/** The phones people work with: when each was last here, locking a lost one, and letting it hand in what it holds. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { answer } from "../../shared/api/client";
import type { Problem } from "../../shared/api/problem";
import { tell } from "../../shared/news/news";
import { now } from "../../shared/time/now";
import { Asking } from "../forms/Asking";
import { faultsOf, whole } from "../forms/checks";
import { TextField } from "../forms/fields";
import { Go } from "../Go";
import { Await, Facts, Listing } from "../Listing";
import { moment, seconds } from "../moments";
import type { Device, Office } from "../office";
import { w } from "../text/words";

type Standing = "active" | "silent" | "locked" | "last_upload";

const SILENT_MS = 3 * 86_400_000; // a phone that nobody heard of for this long is worth a call

export function DevicesPage({ office }: { readonly office: Office }): JSX.Element {
  useEffect(() => {
    office.users.want();
  }, [office]);
  return <Await shelf={office.devices}>{(devices) => <DeviceList office={office} devices={devices} />}</Await>;
}

export function standingOf(device: Device, at: number): Standing {
  if (device.revoked_at !== null) {
    const until = device.last_upload_until ?? null;
    return until !== null && Date.parse(until) > at ? "last_upload" : "locked";
  }
  const last = device.last_seen_at ?? device.enrolled_at;
  return at - Date.parse(last) > SILENT_MS ? "silent" : "active";
}

const TONES: Readonly<Record<Standing, string>> = {
  active: "good",
  silent: "warn",
  locked: "bad",
  last_upload: "warn",
};

function DeviceList({
  office,
  devices,
}: {
  readonly office: Office;
  readonly devices: readonly Device[];
}): JSX.Element {
  const owner = (device: Device): string =>
    office.users.data?.find((user) => user.id === device.user_id)?.name ?? w("device.somebody");
  return (
    <Listing
      title={w("tab.devices")}
      things={devices.toSorted((a, b) =>
        (b.last_seen_at ?? b.enrolled_at).localeCompare(a.last_seen_at ?? a.enrolled_at),
      )}
      keyOf={(one) => one.id}
      wordsOf={(one) => `${owner(one)} ${one.name}`}
      above={<p class="soft small">{w("device.enrol_hint")}</p>}
      row={(one) => {
        const standing = standingOf(one, now.value);
        return (
          <>
            <span class="row-head">
              <strong>{owner(one)}</strong>
              <span class="tag" data-tone={TONES[standing]}>
                {w(`device.standing.${standing}`)}
              </span>
            </span>
            <span class="soft small">
              {one.name} · {lastSeen(one)}
            </span>
          </>
        );
      }}
    >
      {(one) => <DevicePage office={office} device={one} owner={owner(one)} />}
    </Listing>
  );
}

function lastSeen(device: Device): string {
  if (device.last_seen_at === null) return w("device.never");
  return w("device.seen_ago", { time: seconds((now.value - Date.parse(device.last_seen_at)) / 1000) });
}

function DevicePage({
  office,
  device,
  owner,
}: {
  readonly office: Office;
  readonly device: Device;
  readonly owner: string;
}): JSX.Element {
  const asked = useSignal<"revoke" | "upload" | null>(null);
  const hours = useSignal("24");
  const standing = standingOf(device, now.value);
  const params = { path: { device_id: device.id } };
  async function revoke(): Promise<Problem | null> {
    const done = await answer(office.api.POST("/devices/{device_id}/revoke", { params }));
    return finish(done.ok ? null : done.problem, w("device.revoked", { name: owner }));
  }
  async function allow(): Promise<Problem | null> {
    const done = await answer(
      office.api.POST("/devices/{device_id}/last-upload", { params, body: { hours: Number(hours.value) } }),
    );
    return finish(done.ok ? null : done.problem, w("device.upload_allowed", { name: owner }));
  }
  function finish(problem: Problem | null, words: string): Problem | null {
    if (problem !== null) return problem;
    tell("good", words);
    void office.devices.again();
    return null;
  }
  return (
    <article class="stack">
      <h2>{owner}</h2>
      <Facts
        facts={[
          { term: w("device.phone"), value: device.name },
          {
            term: w("device.state"),
            value: (
              <span class="tag" data-tone={TONES[standing]}>
                {w(`device.standing.${standing}`)}
              </span>
            ),
          },
          {
            term: w("device.last_seen"),
            value: device.last_seen_at === null ? w("device.never") : moment(device.last_seen_at),
          },
          { term: w("device.last_seq"), value: device.last_seq },
          { term: w("device.enrolled"), value: moment(device.enrolled_at) },
          device.revoked_at === null ? null : { term: w("device.locked_at"), value: moment(device.revoked_at) },
          (device.last_upload_until ?? null) === null
            ? null
            : { term: w("device.upload_until"), value: moment(device.last_upload_until) },
          device.technician_id === null
            ? null
            : {
                term: w("user.technician"),
                value: <Go to={{ tab: "technicians", id: device.technician_id }}>{owner}</Go>,
              },
        ]}
      />
      {office.may("people") && (
        <p class="acts">
          {device.revoked_at === null ? (
            <button type="button" class="button danger" onClick={() => (asked.value = "revoke")}>
              {w("device.revoke")}
            </button>
          ) : (
            <button type="button" class="button" onClick={() => (asked.value = "upload")}>
              {w("device.allow_upload")}
            </button>
          )}
        </p>
      )}
      {asked.value === "revoke" && (
        <Asking
          title={w("device.ask_revoke", { name: owner })}
          confirm={w("device.revoke")}
          danger
          send={revoke}
          onClose={() => (asked.value = null)}
        >
          <p class="soft">{w("device.means_revoke")}</p>
        </Asking>
      )}
      {asked.value === "upload" && (
        <Asking
          title={w("device.ask_upload", { name: owner })}
          confirm={w("device.allow_upload")}
          check={() => faultsOf({ hours: whole(hours.value, 1, 72) })}
          send={allow}
          fieldOf={{ device_active: "hours" }}
          onClose={() => (asked.value = null)}
        >
          <p class="soft">{w("device.means_upload")}</p>
          <TextField
            name="hours"
            type="number"
            min={1}
            max={72}
            label={w("device.hours")}
            value={hours.value}
            onEnter={(value) => (hours.value = value)}
          />
        </Asking>
      )}
    </article>
  );
}
