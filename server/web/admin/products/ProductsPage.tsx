/** Products: what is made, what is promised with it, what is told about it, and the units and labels of it. */
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import type { PartProps } from "../AdminDesk";
import { view } from "../Go";
import { Gone } from "../Listing";
import { w } from "../text/words";
import { ComponentsPage } from "./ComponentsPage";
import { FaultsPage } from "./FaultsPage";
import { ImportsPage } from "./ImportsPage";
import { LabelsPage } from "./LabelsPage";
import { LinksPage } from "./LinksPage";
import { ModelsPage } from "./ModelsPage";
import { NoticesPage } from "./NoticesPage";
import { WarrantyPage } from "./WarrantyPage";
import "./products.css";

function NotShown(): JSX.Element {
  return (
    <>
      <h1 class="unseen">{w("tab.labels")}</h1>
      <Gone />
    </>
  );
}

export function ProductsPage({ office }: PartProps): JSX.Element {
  useEffect(() => {
    for (const shelf of [office.lines, office.models, office.components, office.outlets]) shelf.want();
  }, [office]);
  const { tab } = view.value;
  if (tab === "components") return <ComponentsPage office={office} />;
  if (tab === "faults") return <FaultsPage office={office} />;
  if (tab === "warranty") return <WarrantyPage office={office} />;
  if (tab === "notices") return <NoticesPage office={office} />;
  if (tab === "links") return <LinksPage office={office} />;
  if (tab === "imports") return <ImportsPage office={office} />;
  if (tab === "labels") return office.may("units") ? <LabelsPage office={office} /> : <NotShown />;
  return <ModelsPage office={office} />;
}
