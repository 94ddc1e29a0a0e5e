/** The camera's picture, looked at for codes until somebody has seen enough. */
import { useSignal } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { t } from "../../shared/text/language";
import { Icon } from "../../shared/views/Icon";
import { Notice } from "../../shared/views/Notice";
import { Lookout, type Looking, type Trouble } from "./lookout";
import type { Seen } from "./reader";
import "./scan.css";

interface ViewfinderProps {
  /** Called for every picture with a code in it. True: enough, look no more. */
  readonly onSeen: (seen: readonly Seen[]) => boolean;
  /** What to aim at; told only while there is a camera to aim. */
  readonly children?: ComponentChildren;
}

export function Viewfinder({ onSeen, children }: ViewfinderProps): JSX.Element {
  const state = useSignal<Looking>({ kind: "starting" });
  const attempt = useSignal(0);
  const video = useRef<HTMLVideoElement>(null);
  const seeing = useRef(onSeen);
  seeing.current = onSeen;
  const tried = attempt.value;
  useEffect(() => {
    const lookout = new Lookout(state, video, (seen) => seeing.current(seen));
    lookout.start();
    return () => {
      lookout.stop();
    };
  }, [state, tried]);
  if (state.value.kind === "trouble") {
    return (
      <TroubleNotice
        trouble={state.value.trouble}
        again={() => {
          attempt.value += 1;
        }}
      />
    );
  }
  const camera = state.value.kind === "looking" ? state.value.camera : null;
  return (
    <>
      <div class="viewfinder">
        {/* The picture of a live camera has nothing to caption. */}
        <video ref={video} muted playsInline autoPlay aria-label={t("scan.view")} />
        <div class="frame" aria-hidden="true" />
        <div class="viewfinder-foot">
          <p>{t(camera === null ? "scan.starting" : "scan.looking")}</p>
          {camera?.torch && <TorchButton torch={camera.torch} />}
        </div>
      </div>
      {children}
    </>
  );
}

function TorchButton({ torch }: { readonly torch: (on: boolean) => Promise<boolean> }): JSX.Element {
  const lit = useSignal(false);
  const failed = useSignal(false);
  const press = async (): Promise<void> => {
    failed.value = !(await torch(!lit.value));
    if (!failed.value) lit.value = !lit.value;
  };
  return (
    <>
      {failed.value && <p role="alert">{t("scan.torch_failed")}</p>}
      <button type="button" class="button" aria-pressed={lit.value} onClick={() => void press()}>
        <Icon name="light" />
        {t(lit.value ? "scan.torch_off" : "scan.torch_on")}
      </button>
    </>
  );
}

function TroubleNotice({ trouble, again }: { readonly trouble: Trouble; readonly again: () => void }): JSX.Element {
  const words = trouble === "reader" ? t("scan.reader_failed") : t(`scan.camera.${trouble}`);
  return (
    <div class="part" role="status">
      <Notice icon="photo" title={words} hint={trouble === "reader" ? undefined : t(`scan.camera.${trouble}_hint`)}>
        {trouble !== "absent" && trouble !== "insecure" && (
          <button type="button" class="button" onClick={again}>
            {t("scan.camera_again")}
          </button>
        )}
      </Notice>
    </div>
  );
}
