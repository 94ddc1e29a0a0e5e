"""Code → HTTP. Features refuse by value or raise `Refused` at their edge; this is where it becomes RFC 9457."""

from collections.abc import Mapping
from typing import Any

import asyncpg
import msgspec
import structlog
from litestar import Request, Response
from litestar.exceptions import (
    ClientException,
    HTTPException,
    MethodNotAllowedException,
    NotFoundException,
    ValidationException,
)
from litestar.status_codes import HTTP_413_REQUEST_ENTITY_TOO_LARGE, HTTP_500_INTERNAL_SERVER_ERROR
from litestar.types import ExceptionHandlersMap

from schemas.errors import Code, Problem
from server.platform.logging import told_path
from server.platform.negotiation import wants_msgpack
from server.platform.storage import Damaged, StorageFault, StorageFull

PROBLEM_MEDIA_TYPE = "application/problem+json"
PACKED_PROBLEM_MEDIA_TYPE = "application/problem+msgpack"

#: What a code means over HTTP: status and a title for people (zh-CN · en). Codes not listed are 422.
MEANING: Mapping[Code, tuple[int, str, str]] = {
    Code.MALFORMED: (400, "请求无法解析", "The request could not be read"),
    Code.INVALID: (400, "请求内容不合规则", "The request breaks a rule of its form"),
    Code.BODY_TOO_LARGE: (413, "请求过大", "The request body is too large"),
    Code.NOT_FOUND: (404, "未找到", "Not found"),
    Code.METHOD_NOT_ALLOWED: (405, "不允许的方法", "Method not allowed"),
    Code.UNSUPPORTED_MEDIA_TYPE: (415, "不支持的内容类型", "Media type not supported"),
    Code.TOO_MANY_REQUESTS: (429, "请求过于频繁", "Too many requests"),
    Code.CURSOR_INVALID: (400, "游标无效", "The cursor is not one of ours"),
    Code.TEXT_FORBIDDEN_CHARACTER: (400, "文本含有不允许的字符", "The text holds a character that is not allowed"),
    Code.TIME_OUT_OF_RANGE: (400, "时间超出范围", "The time is out of range"),
    Code.NESTED_TOO_DEEP: (400, "内容嵌套过深", "The content is nested too deeply"),
    Code.NUMBER_NOT_FINITE: (400, "数字无效", "A number is not finite"),
    Code.CONTENT_ENCODING_UNKNOWN: (415, "不支持的压缩方式", "Content encoding not supported"),
    Code.NOT_AUTHENTICATED: (401, "请先登录", "Please log in"),
    Code.TOKEN_EXPIRED: (401, "登录已过期", "The login has expired"),
    Code.TOKEN_INVALID: (401, "登录凭证无效", "The token is not valid"),
    Code.CREDENTIALS_WRONG: (401, "用户名或密码错误", "User name or password is wrong"),
    Code.LOCKED_OUT: (429, "尝试次数过多，请稍后再试", "Too many failed attempts; try again later"),
    Code.REFRESH_REUSED: (401, "登录已失效，请重新登录", "This login has been ended; log in again"),
    Code.FORBIDDEN: (403, "没有权限", "Not permitted"),
    Code.ENROLMENT_CODE_WRONG: (
        401,
        "登记码不正确或已失效，请向调度员要一个新的",
        "This code is wrong or no longer good; ask the desk for a new one",
    ),
    Code.LOGIN_MISSING: (409, "该师傅没有可用的账号", "The technician has no active login"),
    Code.DEVICE_UNKNOWN: (404, "设备未登记", "The device is not enrolled"),
    Code.DEVICE_REVOKED: (403, "设备已停用", "The device has been revoked"),
    Code.DEVICE_ACTIVE: (409, "设备未停用", "The device has not been revoked"),
    Code.LAST_UPLOAD_ONLY: (403, "此登录仅可上传未交的记录", "This login may only hand in what was not sent yet"),
    Code.CLIENT_OUTDATED: (426, "应用版本过旧，请更新", "The app is too old; please update it"),
    Code.KEY_INVALID: (422, "公钥无效", "The public key is not valid"),
    Code.TOO_MANY_BOARDS: (422, "网点过多，请指定一个网点", "Too many outlets to read at once; name one"),
    Code.CURSOR_EXPIRED: (410, "需要重新同步", "The cursor has expired; start afresh"),
    Code.FORKED: (409, "设备身份冲突", "Another installation used this device's identity"),
    Code.BATCH_TOO_LARGE: (413, "一次提交的记录过多", "Too many operations in one batch"),
    Code.SEQ_INVALID: (400, "记录序号无效", "An operation has no valid sequence number"),
    Code.OP_ID_INVALID: (400, "记录编号无效", "The operation's id is not valid"),
    Code.VERSION_AHEAD: (409, "记录版本超前", "The version is ahead of the record"),
    Code.TRANSITION_ILLEGAL: (409, "当前状态不允许此操作", "The job's state does not allow this"),
    Code.JOB_REASSIGNED: (409, "工单已改派他人", "The job was given to somebody else"),
    Code.VERSION_STALE: (409, "记录已被他人修改", "Somebody changed the record meanwhile"),
    Code.DOUBLE_BOOKED: (409, "该时段已有安排", "The technician is already booked then"),
    Code.OUTSIDE_SHIFT: (409, "不在班次内", "Outside the technician's shift"),
    Code.SKILL_MISSING: (409, "缺少所需技能", "The technician lacks a skill the job needs"),
    Code.CERTIFICATE_INVALID: (409, "届时没有有效证书", "No certificate for a skill the job needs is valid then"),
    Code.NOT_LENT: (409, "届时未借调给该网点", "The technician is not lent to the job's outlet then"),
    Code.TECHNICIAN_ABSENT: (409, "技师届时请假", "The technician is absent then"),
    Code.SITE_CLOSED: (409, "届时现场不开放", "The site cannot be entered then"),
    Code.PARTS_MISSING: (409, "缺少所需配件", "The parts the job needs are neither on the van nor loaded in time"),
    Code.JOB_LOCKED: (409, "工单已锁定", "The visit is fixed"),
    Code.VISIT_FROZEN: (409, "上门即将开始，不再改动", "The visit is about to start and stays as it is"),
    Code.ENDS_BEFORE_START: (400, "结束早于开始", "It ends before it starts"),
    Code.PERIODS_OVERLAP: (409, "时段重叠", "The periods overlap"),
    Code.SKILL_UNKNOWN: (422, "技能不存在", "No such skill"),
    Code.STATE_ILLEGAL: (409, "当前状态不允许此操作", "Its state does not allow that"),
    Code.TECHNICIAN_UNKNOWN: (422, "技师不存在", "No such technician"),
    Code.OUTLET_UNKNOWN: (422, "网点不存在", "No such outlet"),
    Code.JOB_TYPE_UNKNOWN: (422, "工单类型不存在", "No such job type"),
    Code.UNIT_UNKNOWN: (422, "产品不存在", "No such product unit"),
    Code.CUSTOMER_UNKNOWN: (422, "顾客不存在", "No such customer"),
    Code.REVIEW_SETTLED: (409, "复核已处理", "The review is already settled"),
    Code.REVIEW_NOT_SETTLED: (409, "复核尚未处理", "The review is not settled"),
    Code.UNDO_TOO_LATE: (409, "已超过撤销时限", "The time for an undo is over"),
    Code.UNDO_BLOCKED: (409, "内容已被更改，无法撤销", "Something has been changed since, so it cannot be undone"),
    Code.CHOICE_UNKNOWN: (422, "没有这个选项", "The review offers no such choice"),
    Code.USERNAME_TAKEN: (409, "用户名已存在", "The user name is taken"),
    Code.COLLEAGUE_UNKNOWN: (422, "没有这位同事", "No such colleague"),
    Code.NO_POLICY: (422, "没有适用的承诺", "No commitment policy covers this"),
    Code.CALENDAR_NEVER_OPEN: (422, "日历没有营业时间", "The calendar is never open"),
    Code.POLICY_MATCHES_NOTHING: (422, "没有任何工单符合该承诺的条件", "No job can ever meet this policy's conditions"),
    Code.POLICY_PROMISES_NOTHING: (422, "该承诺未作任何承诺", "The policy promises nothing"),
    Code.POLICY_PROMISE_NOT_POSITIVE: (422, "承诺时限必须大于零", "A promise must be longer than nothing"),
    Code.POLICY_PROMISE_TOO_LONG: (422, "承诺超过十年", "The promise is longer than ten years"),
    Code.POLICY_PROMISE_TWICE: (422, "同一期限只能写一种", "One promise cannot be given in two ways"),
    Code.POLICY_STEP_TWICE: (422, "升级步骤重复", "Two escalation steps are the same"),
    Code.POLICY_ENDS_BEFORE_IT_STARTS: (422, "失效时间早于生效时间", "The policy ends before it takes effect"),
    Code.POLICY_CODE_TAKEN: (409, "该编号属于其他单位的承诺", "This code belongs to somebody else's policy"),
    Code.POLICY_DECIDED: (409, "该承诺已有决定", "This policy has been decided already"),
    Code.POLICY_SUPERSEDED: (409, "该承诺已有更新的版本", "A newer version of this policy is in force"),
    Code.POLICY_ENDED: (409, "该承诺已失效", "This policy has ended"),
    Code.CALENDAR_UNKNOWN: (422, "没有该日历", "There is no such calendar"),
    Code.CALENDAR_CODE_TAKEN: (409, "该编号属于其他单位的日历", "This code belongs to somebody else's calendar"),
    Code.CALENDAR_UNDER_APPROVAL: (
        409,
        "总部批准的承诺使用该日历",
        "A policy that headquarters approved runs on this calendar",
    ),
    Code.CALENDAR_COUNTRY_UNKNOWN: (422, "没有该国家或地区的节假日", "No holidays are known of this country"),
    Code.CALENDAR_WINDOW_UNREADABLE: (422, "无法识别的营业时段", "A window of opening hours cannot be read"),
    Code.CALENDAR_WINDOWS_OVERLAP: (422, "营业时段相互重叠", "Windows of opening hours overlap"),
    Code.ZONE_UNKNOWN: (422, "没有该时区", "There is no such time zone"),
    Code.DUPLICATE_ID: (422, "编号重复", "An id occurs twice"),
    Code.DURATION_NEGATIVE: (422, "时长为负", "A length of time is negative"),
    Code.LOCATION_INVALID: (422, "地点无效", "A place is not on the globe"),
    Code.LOCATION_MISSING: (422, "缺少地点", "A place is missing"),
    Code.MATRIX_INVALID: (422, "矩阵有缺失或无效的值", "The matrix holds something other than whole numbers from 0"),
    Code.MATRIX_MISSING: (422, "缺少矩阵", "A profile has no matrix"),
    Code.MATRIX_NOT_SQUARE: (422, "矩阵不是方阵", "The matrix is not square"),
    Code.MATRIX_TOO_SMALL: (422, "索引超出矩阵", "An index is outside the matrix"),
    Code.NO_VEHICLES: (422, "没有车辆", "There is no vehicle"),
    Code.PROBLEM_TOO_LARGE: (422, "问题规模过大", "The problem is larger than allowed"),
    Code.SHIFT_INVALID: (422, "班次的结束早于开始", "A shift ends before it starts"),
    Code.STEPS_INVALID: (422, "已有路线无效", "The route given is not valid"),
    Code.UNSUPPORTED: (422, "不支持此项", "This is not supported"),
    Code.VALUE_OUT_OF_RANGE: (422, "数值超出范围", "A number is out of range"),
    Code.WINDOW_INVALID: (422, "时间窗无效", "A time window is not valid"),
    Code.WINDOWS_OVERLAP: (422, "时间窗重叠", "Time windows overlap"),
    Code.SOLVER_BUSY: (503, "排程繁忙，请稍后再试", "All planners are busy; try again soon"),
    Code.SOLVER_FAILED: (500, "排程失败", "The planner failed"),
    Code.SOLVER_OUT_OF_MEMORY: (422, "排程内存不足", "The problem needs more memory than allowed"),
    Code.SOLVER_TIMEOUT: (503, "排程超时", "The planner did not answer in time"),
    Code.GTIN_INVALID: (400, "GTIN 无效", "The GTIN is not valid"),
    Code.SERIAL_INVALID: (400, "序列号无效", "The serial is not valid"),
    Code.CODE_INVALID: (400, "产品码无效", "The product code is not valid"),
    Code.LINE_UNKNOWN: (422, "产品线不存在", "No such product line"),
    Code.LINE_TAKEN: (409, "产品线已存在", "The product line exists already"),
    Code.MODEL_UNKNOWN: (422, "型号不存在", "No such product model"),
    Code.GTIN_TAKEN: (409, "商品条码已存在", "Another model has this GTIN"),
    Code.SERIAL_TAKEN: (409, "序列号已存在", "Another unit of this model has this serial"),
    Code.POLICY_TAKEN: (409, "政策版本已存在", "A version with this number exists already"),
    Code.DAY_IN_FUTURE: (400, "日期在将来", "The day lies in the future"),
    Code.UNIT_UNKNOWN_THEN: (404, "当时尚无此产品的记录", "The unit was not on record at that moment"),
    Code.REPAIR_CORRECTED: (409, "该维修记录已被更正", "This record of the repair has been corrected already"),
    Code.FAULT_CODE_UNKNOWN: (422, "该产品线没有此故障代码", "The product line has no such fault code"),
    Code.COMPONENT_UNKNOWN: (422, "部件组不存在", "No such component group"),
    Code.COMPONENT_TAKEN: (409, "部件组已存在", "The component group exists already"),
    Code.FAULT_CODE_TAKEN: (409, "故障代码已存在", "This line or model has this fault code already"),
    Code.SERIAL_RANGE_INVALID: (400, "序列号范围无效", "A range of serials has two ends of one length, in their order"),
    Code.LOT_INVALID: (400, "批次号无效", "The lot is not valid"),
    Code.NOTICE_UNKNOWN: (422, "通告不存在", "No such notice"),
    Code.NOT_CONCERNED: (422, "该产品不在通告范围内", "The notice does not concern this unit"),
    Code.FILE_EMPTY: (422, "文件为空", "The file is empty"),
    Code.LINK_INVALID: (400, "链接无效", "The link is not valid"),
    Code.LINK_DEFAULT_TAKEN: (409, "默认链接只能有一个", "Another link is the default already"),
    Code.LINK_TYPE_ABSENT: (404, "该产品没有此类链接", "The product has no link of this type"),
    Code.LABEL_SIZE: (422, "标签尺寸不受支持", "Labels of that size or resolution are not offered"),
    Code.LABEL_TEXT: (422, "标签文字无法打印", "The text cannot be printed on a label"),
    Code.LABEL_TOO_SMALL: (422, "标签放不下", "The symbol and its text do not fit on the label"),
    Code.LABEL_TOO_LONG: (422, "链接过长，放不进一个二维码", "The link is too long for one QR code"),
    Code.LABEL_SHEET: (422, "标签纸不可用", "The sheet of labels is not known or not possible"),
    Code.LABELS_NONE: (422, "没有可打印的标签", "No unit was chosen"),
    Code.LABELS_TOO_MANY: (422, "一批标签过多", "Too many labels for one batch"),
    Code.LABELS_NOT_READY: (409, "标签尚未生成", "The labels are not ready"),
    Code.LABELS_OVER: (410, "标签已过期或已取消", "The labels have been cancelled, have failed or have expired"),
    Code.LABELS_BUSY: (409, "正在生成的批次过多", "Too many batches are being made; wait until one is ready"),
    Code.REMEDY_NOT_DUE: (409, "该产品目前不符合退换条件", "Nothing gives a right to this exchange or refund"),
    Code.UNIT_WITHDRAWN: (409, "该产品已退货或换货", "The unit was refunded or exchanged already"),
    Code.UNIT_IN_USE: (409, "该产品不能用于换货", "The unit was sold, given or taken back before"),
    Code.PLAN_RUNNING: (409, "该网点正在规划", "A plan is being made for this outlet already"),
    Code.PLAN_TOO_LARGE: (422, "规划范围过大", "Too much for one plan"),
    Code.PLAN_NOT_DRAFT: (409, "该规划不是草案", "The plan is not a draft any more, or not yet"),
    Code.PLAN_NOTHING_OPEN: (409, "没有可发布的改动", "Nothing of what was chosen is open"),
    Code.PLAN_DEPENDS: (409, "所选改动依赖其他改动", "Some of the changes need others that were not chosen"),
    Code.CONSENT_NEEDED: (409, "需要确认取消已告知的上门", "Visits that people were told would be dropped"),
    Code.REACTION_NOT_OPEN: (409, "该建议已处理", "The reaction is not open any more"),
    Code.REACTION_EMPTY: (409, "该建议没有可执行的改动", "Nothing is suggested that could be carried out"),
    Code.MESSAGE_NOT_AT_DESK: (409, "该消息无需电话告知", "The message is not waiting at the desk"),
    Code.REGISTRATION_SETTLED: (409, "该登记已处理", "The registration was settled already"),
    Code.MANIFEST_INVALID: (422, "完工清单无效", "The manifest is not valid"),
    Code.SIGNATURE_INVALID: (422, "签名无效", "The signature does not hold"),
    Code.DIGEST_MISMATCH: (422, "照片内容与摘要不符", "The bytes do not match the digest"),
    Code.SIZE_MISMATCH: (422, "照片大小不符", "The size does not match the manifest"),
    Code.PHOTO_NOT_EXPECTED: (404, "没有等待这张照片", "No completion of yours names this photo"),
    Code.STORAGE_FULL: (507, "存储空间不足", "The storage is full"),
    Code.MANIFEST_OTHER_JOB: (422, "签字的是另一张工单", "Signed for another job"),
    Code.MANIFEST_OTHER_OUTCOME: (422, "签字内容与上报结果不符", "Signed for another outcome"),
    Code.MANIFEST_UNSIGNED: (422, "既无签字也无拒签说明", "Neither signed nor refused"),
    Code.MANIFEST_TOO_LARGE: (422, "完工清单过大", "The manifest is too large"),
    Code.STROKES_TOO_MANY: (422, "签名笔画过多", "Too many points in the signature"),
    Code.MANIFEST_REPLAYED: (422, "该签字已提交过", "Handed in before"),
    Code.SIGNATURE_OTHER_DEVICE: (422, "由同一人的另一台设备签名", "Signed by another device"),
    Code.SIGNATURE_REVOKED_DEVICE: (422, "由已停用的设备签名", "Signed by a revoked device"),
    Code.ADDENDUM_UNMATCHED: (422, "没有对应的签字完工单", "Adds to nothing on file"),
    Code.IMAGE_UNREADABLE: (404, "照片无法读取", "The image cannot be read"),
    Code.IMAGE_TOO_LARGE: (404, "照片像素过多", "The image has too many pixels"),
    Code.IMAGE_TYPE_REFUSED: (404, "不是支持的照片格式", "The image is of a kind that is not shown"),
    Code.IMAGE_TYPE_DIFFERS: (422, "照片格式与清单不符", "The image is not of the type that was signed"),
    Code.IMAGE_NOT_MADE: (404, "照片无法生成预览", "No copy could be made of the image"),
    Code.IMAGE_NOT_READY: (409, "照片尚未就绪", "The image is not here yet, or no copy of it was made yet"),
    Code.TUS_VERSION_UNSUPPORTED: (
        412,
        "不支持此上传协议版本",
        "This version of the upload protocol is not spoken here",
    ),
    Code.UPLOAD_HEADER_INVALID: (400, "上传请求的标头无效", "A header of the upload is missing or wrong"),
    Code.UPLOAD_METADATA_INVALID: (400, "上传的文件说明无效", "What is said about the file cannot be used"),
    Code.UPLOAD_TOO_LARGE: (413, "文件过大", "The file is too large"),
    Code.OFFSET_MISMATCH: (409, "续传位置不符", "The upload stands elsewhere"),
    Code.CHECKSUM_UNKNOWN: (400, "不支持此校验算法", "This checksum is not known here"),
    Code.CHECKSUM_MISMATCH: (460, "数据在途中受损，请重发", "The bytes were damaged on the way; send them again"),
    Code.UPLOAD_STALLED: (408, "长时间没有收到数据", "No bytes came for too long"),
    Code.UPLOAD_LOCKED: (423, "该上传正由另一请求处理", "Another request is at this upload"),
    Code.UPLOAD_GONE: (410, "该上传已过期，请重新开始", "The upload has expired; begin anew"),
    Code.UPLOADS_TOO_MANY: (429, "未完成的上传过多", "Too many uploads are open"),
    Code.STORAGE_UNAVAILABLE: (503, "存储暂不可用", "The storage does not answer"),
    Code.STORED_DAMAGED: (500, "存储的内容已损坏", "What was stored is damaged"),
    Code.REPORT_NOT_READY: (409, "服务报告尚未生成", "The report is not made yet"),
    Code.REPORT_TEMPLATE_INVALID: (422, "报告模板无效", "The template cannot be used"),
    Code.REPORT_TEMPLATE_TAKEN: (409, "该工单类型已有报告模板", "There is a template for these jobs already"),
    Code.REPORT_NOT_DRAWN: (422, "无法生成预览", "The preview could not be drawn"),
    Code.LOGO_INVALID: (422, "徽标图片无效", "The picture cannot be used as a logo"),
    Code.NOT_READY: (503, "服务尚未就绪", "Not ready"),
    Code.INTERNAL: (500, "服务器内部错误", "Something went wrong on the server"),
}

log = structlog.get_logger()


class Refused(Exception):
    """An expected refusal at the edge of HTTP. `detail` is for people and holds no secret; `extra` is for programs."""

    def __init__(self, code: Code, detail: str = "", **extra: object) -> None:
        super().__init__(f"{code}: {detail}")
        self.code, self.detail, self.extra = code, detail, extra


def prefers_chinese(accept_language: str | None) -> bool:
    """The first language of the header that we have; Chinese only when it is named before English."""
    for part in (accept_language or "").lower().split(","):
        tag = part.strip().split(";")[0]
        if tag.startswith("zh"):
            return True
        if tag.startswith("en"):
            return False
    return False


def problem(request: Request[Any, Any, Any], code: Code, detail: str = "", **extra: object) -> Response[bytes]:
    status, title_zh, title_en = MEANING.get(code, (422, code.value, code.value))
    body = Problem(
        type=f"/problems/{code.value}",
        title=title_zh if prefers_chinese(request.headers.get("accept-language")) else title_en,
        status=status,
        code=code,
        detail=detail,
        instance=request.url.path,
        extra=dict(extra) or None,
    )
    headers = {"cache-control": "no-store", "vary": "accept, accept-language"}
    if status == 401:
        headers["www-authenticate"] = "Bearer"
    if status == 426:
        headers["upgrade"] = f"onsite-sync/{extra['oldest']}"  # RFC 9110 wants it
    if "retry_after" in extra:
        headers["retry-after"] = str(extra["retry_after"])
    if wants_msgpack(request.headers.get("accept")):
        return Response(
            msgspec.msgpack.encode(body), status_code=status, media_type=PACKED_PROBLEM_MEDIA_TYPE, headers=headers
        )
    return Response(msgspec.json.encode(body), status_code=status, media_type=PROBLEM_MEDIA_TYPE, headers=headers)


def _refused(request: Request[Any, Any, Any], exc: Refused) -> Response[bytes]:
    return problem(request, exc.code, exc.detail, **exc.extra)


def _invalid(request: Request[Any, Any, Any], exc: ValidationException) -> Response[bytes]:
    faults = exc.extra if isinstance(exc.extra, list) else []
    return problem(request, Code.INVALID, "; ".join(_fault(f) for f in faults) or exc.detail, faults=faults)


def _fault(fault: Any) -> str:
    if not isinstance(fault, dict):
        return str(fault)
    return f"{fault.get('key', '')}: {fault.get('message', '')}".strip(": ")


def _client(request: Request[Any, Any, Any], exc: ClientException) -> Response[bytes]:
    by_status = {
        401: Code.NOT_AUTHENTICATED,
        403: Code.FORBIDDEN,
        404: Code.NOT_FOUND,
        415: Code.UNSUPPORTED_MEDIA_TYPE,
    }
    by_status |= {HTTP_413_REQUEST_ENTITY_TOO_LARGE: Code.BODY_TOO_LARGE, 429: Code.TOO_MANY_REQUESTS}
    return problem(request, by_status.get(exc.status_code, Code.MALFORMED), exc.detail)


#: What Litestar says of a body whose sender hung up: a phone in a tunnel, no fault of ours; nobody reads the answer.
_HUNG_UP = "client disconnected prematurely"


def _http(request: Request[Any, Any, Any], exc: HTTPException) -> Response[bytes]:
    if exc.detail == _HUNG_UP:
        return problem(request, Code.MALFORMED, exc.detail)
    if exc.status_code < HTTP_500_INTERNAL_SERVER_ERROR:
        return problem(request, Code.INVALID, exc.detail)
    return _fault_of_ours(request, exc)


def _fault_of_ours(request: Request[Any, Any, Any], exc: Exception) -> Response[bytes]:
    log.error("unhandled", path=told_path(request.url.path), exc_info=exc)
    return problem(request, Code.INTERNAL)


#: The database is being started, or was killed under our hands: it passes, and clients that ask again will be served.
_DATABASE_GONE = (
    ConnectionError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.TooManyConnectionsError,
    asyncpg.InternalClientError,  # a connection that died between two messages
)


def _database_gone(request: Request[Any, Any, Any], exc: Exception) -> Response[bytes]:
    log.warning("database gone", path=told_path(request.url.path), fault=str(exc))
    return problem(request, Code.NOT_READY, "the database does not answer", retry_after=2)


def _interface(request: Request[Any, Any, Any], exc: asyncpg.InterfaceError) -> Response[bytes]:
    """What asyncpg says of a connection that broke before it was used; also of mistakes of ours."""
    closed = "closed" in str(exc) or "closing" in str(exc)
    return _database_gone(request, exc) if closed else _fault_of_ours(request, exc)


def _full(request: Request[Any, Any, Any], exc: StorageFull) -> Response[bytes]:
    log.error("storage full", path=told_path(request.url.path), fault=exc.strerror)
    return problem(request, Code.STORAGE_FULL)


def _storage_gone(request: Request[Any, Any, Any], exc: StorageFault) -> Response[bytes]:
    log.warning("storage gone", path=told_path(request.url.path), fault=exc.strerror)
    return problem(request, Code.STORAGE_UNAVAILABLE, retry_after=10)


def _damaged(request: Request[Any, Any, Any], exc: Damaged) -> Response[bytes]:
    return problem(request, Code.STORED_DAMAGED, exc.digest)


HANDLERS: ExceptionHandlersMap = {
    StorageFull: _full,
    StorageFault: _storage_gone,
    Damaged: _damaged,
    **dict.fromkeys(_DATABASE_GONE, _database_gone),
    asyncpg.InterfaceError: _interface,
    Refused: _refused,
    ValidationException: _invalid,
    NotFoundException: lambda request, _: problem(request, Code.NOT_FOUND),
    MethodNotAllowedException: lambda request, _: problem(request, Code.METHOD_NOT_ALLOWED),
    ClientException: _client,
    HTTPException: _http,
    Exception: _fault_of_ours,
}
