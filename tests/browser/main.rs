//! The extension as it is packaged, in Chromium and in Firefox, against a real
//! server. What is said about the server is read from the server.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "../harness/mod.rs"]
mod harness;

mod accounts;
mod check;
mod death;
mod decide;
mod detail;
mod edit;
mod files;
mod history;
mod notes;
mod person;
mod restore;
mod run;
mod search;
mod series;

/// Each test runs once in each browser.
macro_rules! in_both {
    ($($module:ident::$test:ident;)+) => {
        mod chromium {
            $(#[test] fn $test() { super::$module::$test(super::harness::browser::Kind::Chromium); })+
        }
        mod firefox {
            $(#[test] fn $test() { super::$module::$test(super::harness::browser::Kind::Firefox); })+
        }
    };
}

in_both! {
    check::the_first_installation_opens_the_options_and_says_so;
    check::each_failure_has_its_own_message;
    check::what_cannot_be_right_is_refused_at_the_field;
    check::permission_is_asked_for;
    run::an_empty_account_gets_its_folders_and_both_sides_arrive;
    run::a_change_on_the_server_arrives;
    run::a_page_that_opens_in_the_middle_of_a_run_says_that_it_goes_on;
    run::a_run_whose_worker_was_stopped_is_completed_by_the_next;
    run::nothing_runs_while_idle;
    edit::what_is_done_here_arrives_there_without_pressing_anything;
    edit::what_both_sides_changed_is_kept_twice;
    series::one_event_then_the_following_then_one_less;
    detail::an_event_with_all_that_is_in_it;
    detail::a_contact_a_note_and_a_text_that_nobody_understands;
    decide::mass_deletions_wait_until_the_person_wants_them;
    decide::what_a_mass_deletion_took_is_brought_back;
    decide::a_folder_that_vanished_is_made_again;
    decide::a_preview_says_what_a_run_would_do_and_does_none_of_it;
    files::a_file_is_looked_at_and_goes_in_once;
    files::what_is_here_is_saved_as_files;
    history::an_earlier_version_is_brought_back;
    history::a_run_is_undone_after_it_was_shown_what_that_does;
    accounts::two_accounts_side_by_side_until_one_is_removed;
    accounts::the_policy_of_the_account_is_followed;
    accounts::the_servers_tab_is_offered_to_options_that_are_open;
    accounts::saved_anyway_it_works_once_the_server_does;
    accounts::what_can_only_be_read_says_so_and_is_not_changed;
    accounts::another_folder_is_chosen_by_hand;
    death::a_first_run_that_dies_anywhere_is_completed_by_the_next;
    death::a_mixed_run_that_dies_anywhere_is_completed_by_the_next;
    search::what_is_typed_finds_events_contacts_and_notes;
    restore::local_changes_are_counted_set_aside_and_can_be_had_back;
}
