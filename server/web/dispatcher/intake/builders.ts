/** Builders for tests of the intake and of people. */
import type { Customer, Unit } from "../../shared/api/types";

export function aCustomer(fields: Partial<Customer> = {}): Customer {
  return {
    id: "customer",
    centre_id: "centre",
    outlet_id: "outlet",
    name: "李梅",
    phone: "138 0000 1111",
    address: "南京路 1 号",
    access_notes: "3 楼",
    lat: 31.23,
    lon: 121.47,
    version: 1,
    tier: "gold",
    ...fields,
  };
}

export function aUnit(fields: Partial<Unit> = {}): Unit {
  return {
    id: "unit",
    gtin: "06901234567892",
    serial: "SN-77",
    url: "https://example.org/01/06901234567892/21/SN-77",
    model_name: "清风",
    model_name_en: "Breeze",
    line_code: "aircon",
    outlet_id: "outlet",
    customer_id: "customer",
    manufactured_on: null,
    sold_on: null,
    installed_on: null,
    registered_on: null,
    proof: "",
    exchanged_on: null,
    withdrawn_on: null,
    version: 1,
    lot: "",
    country: "CN",
    replaces_id: null,
    withdrawal: "",
    ...fields,
  };
}
