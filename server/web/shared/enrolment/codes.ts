/** Codes that let a technician's phone in: made, looked after, withdrawn. */
import { answer, type Api } from "../api/client";
import type { Answer } from "../api/problem";
import type { EnrolmentCode, NewEnrolmentCode } from "../api/types";

export function makeCode(api: Api, technicianId: string): Promise<Answer<NewEnrolmentCode>> {
  const params = { path: { technician_id: technicianId } };
  return answer(api.POST("/technicians/{technician_id}/enrolment-codes", { params }));
}

/** What became of a code that was made; undefined when it is not among the latest. */
export async function codeNow(api: Api, made: NewEnrolmentCode): Promise<EnrolmentCode | undefined> {
  const params = { path: { technician_id: made.technician_id } };
  const listed = await answer(api.GET("/technicians/{technician_id}/enrolment-codes", { params }));
  return listed.ok ? listed.data.find(({ id }) => id === made.id) : undefined;
}

/** Nobody waits for this: a code that cannot be withdrawn ends by itself. */
export function withdrawCode(api: Api, made: NewEnrolmentCode): void {
  void answer(api.POST("/enrolment-codes/{code_id}/withdraw", { params: { path: { code_id: made.id } } }));
}
