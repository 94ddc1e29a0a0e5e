"""Which test shows each MUST of docs/sync-protocol.md. `test_protocol_text` holds numbers and names together."""

from __future__ import annotations

from collections.abc import Mapping

_ENGINE = "tests/offline_sync/test_engine.py"
_REPLICA = "tests/offline_sync/test_replica.py"
_TABS = "tests/offline_sync/test_two_tabs.py"
_KILLED = "tests/offline_sync/test_killed.py"
_MACHINE = "tests/offline_sync/test_machine.py"
_HTTP = "tests/offline_sync/test_http.py"
_TIMES = "tests/offline_sync/test_fieldtime.py"
_WINS = "tests/offline_sync/test_who_wins.py"
_BAD = "tests/sync/test_bad_operations.py"
_FEED = "tests/platform/test_feed.py"
_JOURNEY = "tests/journeys/test_main_job.py"
_RESTORE = "tests/journeys/test_restore.py"
_MANIFEST = "tests/evidence/test_manifest.py"
_STATEMENTS = "tests/evidence/test_statements.py"
_EXAMPLES = "tests/examples/test_examples.py"
_WEB_STORE = "server/web/shared/replica/store.test.ts"
_WEB = "server/web/shared/replica/replica.test.ts"

#: Number → (file, the name of a class or function in it, or the words of a test in TypeScript).
SHOWN: Mapping[str, tuple[str, str]] = {
    "E-1": ("server/web/shared/api/session.test.ts", "is resumed after a reload"),
    "E-3": (_EXAMPLES, "test_a_login_that_ended_costs_no_work"),
    "E-2": ("tests/accounts/test_refresh.py", "TestAUsedRefreshToken"),
    "E-4": (_REPLICA, "test_of_another_device_is_refused"),
    "E-5": ("tests/accounts/test_devices.py", "test_refuses_other_kinds_of_keys_and_private_ones"),
    "E-6": ("tests/sync/test_whose_device.py", "TestADeviceOfSomebodyElse"),
    "E-7": (_TABS, "TestTwoProcessesThatOpenANewFile"),
    "W-1": ("tests/offline_sync/test_protocol_text.py", "test_a_member_nobody_knows_is_ignored"),
    "W-2": ("tests/accounts/test_bad_input.py", "test_with_a_field_nobody_knows_is_invalid"),
    "W-3": (_REPLICA, "test_refused_work_leaves_the_view_with_its_reason"),
    "W-4": (_HTTP, "test_whose_compression_is_broken_is_none"),
    "W-6": ("server/web/shared/feed/reader.test.ts", "doubles, is spread, and never exceeds half a minute"),
    "W-5": (_HTTP, "test_that_is_a_problem_is_raised_with_its_code"),
    "P-1": (_KILLED, "TestKilledWhileThePersonWorks"),
    "P-2": (_TABS, "TestProcessesThatWorkAtOnce"),
    "P-3": (_REPLICA, "test_says_which_version_the_person_was_looking_at"),
    "P-4": (_BAD, "TestASeqThatIsNone"),
    "P-5": (_REPLICA, "test_numbers_operations_without_a_gap"),
    "P-6": (_WEB, "reads the clock anew for every attempt"),
    "P-7": (_REPLICA, "test_takes_nothing_into_the_queue_that_is_not_json"),
    "P-8": (_TABS, "TestTabsThatWorkAndSyncAtOnce"),
    "P-9": (_BAD, "TestBadOperationsAmongGoodOnes"),
    "P-10": (_ENGINE, "test_a_batch_in_any_order_is_judged_in_sequence"),
    "P-11": (_ENGINE, "TestARetry"),
    "P-12": (_ENGINE, "TestTwoInstallationsUnderOneIdentity"),
    "P-13": (_ENGINE, "TestEnrolledAnew"),
    "P-14": (_ENGINE, "test_a_gap_is_judged_up_to_and_named"),
    "P-15": (_REPLICA, "test_gets_it_again_before_what_is_new"),
    "P-16": (_ENGINE, "TestAPoisonousOperation"),
    "P-17": (_ENGINE, "TestVersions"),
    "P-18": (_JOURNEY, "TestABadOperation"),
    "P-19": (_REPLICA, "test_outcomes_are_kept_thirty_days"),
    "P-20": (_REPLICA, "test_an_answer_of_another_shape_is_no_answer"),
    "P-21": (_REPLICA, "test_repeated_delivery_has_one_effect"),
    "P-22": (_REPLICA, "test_work_stays_on_view_between_the_answer_and_the_next_pull"),
    "P-23": (_REPLICA, "test_news_stay_news_until_they_were_seen"),
    "P-24": (_REPLICA, "test_that_was_too_large_goes_in_smaller_pieces"),
    "P-25": (_REPLICA, "TestARefusedPush"),
    "P-26": (_MACHINE, "TestManyLongDays"),
    "P-27": ("tests/offline_sync/test_operation.py", "TestDigest"),
    "P-29": ("server/web/shared/replica/undo.test.ts", "gives its number to the next one"),
    "P-28": ("tests/jobs/test_unknown_jobs.py", "TestASignedCompletionOfAJobThatNobodyKnows"),
    "L-1": (_JOURNEY, "TestScope"),
    "L-2": ("tests/sync/test_purge.py", "TestPurging"),
    "L-3": (_FEED, "TestTwoTransactionsThatEndInTheOppositeOrderOfTheirStart"),
    "L-4": (_FEED, "test_a_second_writer_waits_and_no_reader_sees_a_hole"),
    "L-5": (_REPLICA, "test_after_a_lost_reply_a_pull_shows_the_work_once"),
    "L-6": (_REPLICA, "test_a_stream_no_longer_listed_takes_its_records"),
    "L-7": (_FEED, "test_are_written_together_or_not_at_all"),
    "L-8": (_REPLICA, "test_nothing_changes_before_the_checkpoint"),
    "L-9": (_TABS, "test_drops_a_page_that_no_longer_continues_what_is_read"),
    "L-10": (_REPLICA, "test_after_a_lost_reply_a_pull_shows_the_work_once"),
    "L-11": (_KILLED, "TestKilledWhileItReads"),
    "L-12": (_REPLICA, "TestLeavingTheScope"),
    "L-13": (_REPLICA, "test_while_it_starts_afresh_the_old_view_stays"),
    "L-14": (_REPLICA, "TestARestoredServer"),
    "S-1": ("tests/sync/test_pokes.py", "TestADeviceListens"),
    "S-2": (_EXAMPLES, "test_a_poke_tells_of_news"),
    "S-3": (_EXAMPLES, "test_a_poke_tells_of_news"),
    "V-1": ("tests/sync/test_exchanges.py", "TestAClientOfAnotherVersion"),
    "V-2": (_EXAMPLES, "test_an_app_too_old_to_read_hands_in_all_the_same"),
    "V-3": (_EXAMPLES, "test_the_first_pull_equals_the_servers_records"),
    "K-1": (_REPLICA, "test_is_durable_by_its_settings"),
    "K-2": (_KILLED, "TestKilledAtACrashPoint"),
    "K-3": (_TABS, "test_goes_on_when_the_other_has_enrolled_anew"),
    "K-4": (_TABS, "test_goes_on_when_the_other_has_enrolled_anew"),
    "K-5": (_WEB_STORE, "for work: the person is told, nothing is half done, and what waits can be sent"),
    "K-6": (_WEB_STORE, "pages that are only on their way make place for work"),
    "K-7": (_WEB_STORE, "for an answer: the work is sent again, and has one effect"),
    "K-8": (_WEB_STORE, "takes over from the old tab, which says so; no work is lost"),
    "K-9": (_REPLICA, "test_of_a_newer_app_is_left_alone"),
    "R-1": (_EXAMPLES, "test_a_forked_identity_goes_on_under_a_new_one"),
    "R-2": (_REPLICA, "TestACopiedPhone"),
    "R-3": (_KILLED, "TestKilledAtACrashPoint"),
    "R-4": (_RESTORE, "TestAServerThatWentBackToItsBackup"),
    "R-7": (_WEB, "says so with its last batch, and only then"),
    "R-6": (_EXAMPLES, "test_a_revoked_device_keeps_what_it_has_to_say"),
    "R-5": ("tests/platform/test_backup.py", "TestRestoringOverAnInstallation"),
    "T-1": (_TIMES, "TestAShift"),
    "T-2": (_BAD, "TestAClockThatIsWrong"),
    "T-3": (_WINS, "test_it_is_the_corrected_time_that_counts"),
    "C-1": (_WINS, "TestBothChangedAFieldOfTheOffice"),
    "C-2": (_WINS, "TestDeletedMeanwhile"),
    "C-3": (_MANIFEST, "test_hold_before_the_server"),
    "C-5": (_MANIFEST, "TestTheVectors"),
    "C-6": (_STATEMENTS, "test_brings_photos_and_changes_nothing"),
    "C-7": (_STATEMENTS, "TestCompletionsThatDoNotHold"),
    "C-8": (_STATEMENTS, "TestASignatureThatIsHandedInAgain"),
    "C-9": (_MANIFEST, "test_refuse_what_would_be_held"),
    "C-10": (_STATEMENTS, "test_whose_bytes_are_others_is_not_taken"),
}

#: No client of ours does these yet.
NOT_KEPT = frozenset({"C-4"})

#: No test of ours shows these yet.
NOT_YET = frozenset({"C-4"})
