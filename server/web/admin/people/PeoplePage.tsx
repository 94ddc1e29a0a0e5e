/** People: technicians with what they can and when they work, who may log in, and the phones they carry. */
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import type { PartProps } from "../AdminDesk";
import { view } from "../Go";
import { DevicesPage } from "./DevicesPage";
import { ShiftsPage } from "./ShiftsPage";
import { SkillsPage } from "./SkillsPage";
import { TechniciansPage } from "./TechniciansPage";
import { UsersPage } from "./UsersPage";

export function PeoplePage({ office }: PartProps): JSX.Element | null {
  useEffect(() => {
    const { centres, outlets, technicians, skills, jobTypes, lines } = office;
    for (const shelf of [centres, outlets, technicians, skills, jobTypes, lines]) shelf.want();
  }, [office]);
  const { tab } = view.value;
  if (tab === "shifts") return <ShiftsPage office={office} />;
  if (tab === "users") return <UsersPage office={office} />;
  if (tab === "skills") return <SkillsPage office={office} />;
  if (tab === "devices") return <DevicesPage office={office} />;
  return <TechniciansPage office={office} />;
}
