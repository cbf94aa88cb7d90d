import FoundationEssentials
import Postgres
import TestSupport
import Testing

/// What the catalog says about functions: the other half of what the role that serves can do.
@Suite("The web role's functions", .requiresPostgres)
struct WebRoleFunctionTests {
    /// Every function that dailies_web may call and the public at large may not. One that is not here is closed to it
    /// until somebody writes it down.
    private static let callable: Set<String> = [
        "begin_worker_upload", "claim_worker_task", "create_worker", "fail_worker_task", "finish_worker_task",
        "has_worker", "has_worker_task", "list_workers", "renew_worker_lease", "revoke_worker", "worker_upload",
        "accept_suggestion", "accept_terms", "accept_webhook", "activate_season", "add_comparison_videos",
        "add_key_usage", "administered_keys", "change_webhook", "create_webhook", "delete_webhook",
        "redeliver_webhooks", "rotate_webhook_secret", "send_webhook_test", "set_key_tier",
        "add_email_identity", "administered_member", "administered_members", "advance_now", "advance_rounds",
        "appeal_statement", "apply_identity_webhook", "approve_clips", "archive_season", "assign_winner", "ban_appeal",
        "ban_member", "battle_file", "battle_pseudonym", "battles_for_admin", "begin_sign_in_flow", "begin_upload",
        "bind_referral",
        "block_member", "blocked_members",
        "build_film", "cancel_film", "cancel_generation", "capped_providers", "captcha_pass",
        "cast_battles", "cast_genre_vote", "cast_votes", "change_comparison", "change_plans", "change_schedule",
        "change_terms", "change_username", "change_video_votes", "choose_cover", "choose_username", "clip_absence",
        "clip_origin", "close_breaker", "compare_catalog", "comparison_picture_key", "comparison_summary",
        "consume_rates", "consume_sign_in_flow", "count_creators", "count_jobs", "count_new_creators",
        "count_terms_acceptances",
        "create_api_key", "create_comparison", "create_experiment", "create_generation", "create_generations",
        "create_schedule", "create_season", "create_suggestion", "create_tag", "current_terms", "decide_appeal",
        "decide_case", "decline_suggestion", "delete_comment", "delete_comparisons", "delete_generations",
        "delete_member",
        "delete_model", "delete_preset", "delete_season", "delete_tag", "delete_template", "describe_job",
        "count_unread",
        "drop_favorite", "edit_clip", "edit_season", "end_digests", "end_other_sessions", "end_session", "enqueue_job",
        "enqueue_jobs", "equal_models", "export_catalog", "export_member", "find_api_key", "find_digest",
        "find_notification_choices", "find_preferences",
        "find_sessions", "follow_member", "generation_access", "genre_tally", "get_member_levels", "get_user_stats",
        "get_vote_history",
        "get_comment_counts", "grant_allotment", "grant_captcha_pass",
        "grant_credits",
        "head_to_head", "import_catalog", "import_comparisons", "is_in_public_comparison", "job_overview",
        "keep_favorite", "lift_ban", "like_comment", "link_identity", "list_api_keys", "list_comments",
        "list_identities", "list_jobs",
        "list_notifications", "list_push_subscriptions", "list_sessions",
        "live_standing", "mark_notifications", "member_spending", "merge_tags", "moderate_comments", "note_clips_seen",
        "operate_cancel",
        "operate_move",
        "operate_redrive", "operate_reorder", "own_arena_votes", "own_battles", "own_reports", "own_video_votes",
        "pause_jobs", "post_comments", "provider_health", "provider_spending", "publish_generation", "publish_terms",
        "record_views",
        "referral_code_holder",
        "referral_standing", "referral_tiers",
        "register_clip", "register_result", "register_source_image", "reject_clips", "release_credits",
        "remove_identity", "rename_member", "rerun_comparison_videos", "rename_preset", "rename_tag", "report_thing",
        "request_email_identity",
        "request_sign_in_link", "reserve_credits", "reset_season", "reset_votes", "resting_providers", "restore_votes",
        "resume_jobs", "retry_generation", "review_round", "revoke_api_key", "rivals", "save_catalog_preset",
        "save_digest",
        "save_model", "save_notification_choices", "save_preferences", "save_preset", "save_template", "set_captions",
        "set_default_model",
        "set_feature_flag", "set_member_cap", "set_member_role", "set_premium_grant", "set_provider_limits",
        "set_round_end", "set_run_cost", "settle_credits", "settle_generation", "shared_comparisons", "show_battle",
        "sign_in_by_identity", "sign_in_by_link", "sign_in_link_state", "source_image_key",
        "submit_generation_as_clip", "subscribe_push", "sync_rates", "take_down_winner", "terms_accepted_at",
        "ties_with",
        "touch_sessions",
        "undo_arena_void", "undo_comment_decisions", "undo_decisions", "undo_votes", "unlock_slot",
        "unsubscribe_push", "upload_accepts_part",
        "usage_period_start",
        "use_template", "used_milliseconds", "username_holder", "video_votes_for_admin", "void_battles",
        "void_video_votes", "void_votes", "voids_of_arena", "voids_of_season", "vote_groups", "vote_receipts",
        "vote_suggestion", "voter_standing", "voter_standings", "votes_of_round", "withdraw_clip", "withdraw_terms",
        "withdrawal_refusal",
    ]

    /// Functions that everybody may call, since they change nothing and show nothing that the caller could not read.
    private static let open: Set<String> = [
        "announce_change", "current_member", "current_member_is_admin", "dailies_now", "extension_event",
        "is_pricing", "listing_query", "listing_words", "rate_grant", "rate_wait", "require_admin", "rfc3339",
        "season_for_uploads", "serving_since", "slot_for_approval", "utc_day", "vote_weight", "words_of",
    ]

    /// Functions of this schema that are the site's own, not an extension's.
    private static let own: SQL = """
        from pg_proc procedures
        where pronamespace = 'public'::regnamespace
            and not exists (select from pg_depend where objid = procedures.oid and deptype = 'e')
            and proname not like 'test\\_%'
        """

    @Test("SEC-03 functions with the owner's rights have a fixed search path, and no role may call them by default")
    func definers() throws {
        try FilmStage.run { stage in
            let definers: Int = try stage.superuser.one("select count(*)::int \(sql: Self.own) and prosecdef")
            #expect(definers > 40)
            let loose: [String] = try stage.superuser.query(
                """
                select proname::text \(sql: Self.own) and prosecdef
                    and not coalesce('search_path=public, pg_temp' = any (proconfig), false)
                order by proname
                """)
            #expect(loose == [], "the path of these is the caller's")
            let open: [String] = try stage.superuser.query(
                """
                select proname::text \(sql: Self.own) and prosecdef
                    and has_function_privilege('public', procedures.oid, 'execute')
                order by proname
                """)
            #expect(open == [], "these are everybody's")
        }
    }

    @Test("SEC-03 the web role calls the functions that are written down, and no other")
    func calls() throws {
        try FilmStage.run { stage in
            let callable: [String] = try stage.superuser.query(
                """
                select distinct proname::text \(sql: Self.own)
                    and has_function_privilege('dailies_web', procedures.oid, 'execute')
                    and not has_function_privilege('public', procedures.oid, 'execute')
                order by proname
                """)
            #expect(Set(callable) == Self.callable, "\(Self.callable.symmetricDifference(callable).sorted())")
            let everybodys: [String] = try stage.superuser.query(
                """
                select distinct proname::text \(sql: Self.own)
                    and has_function_privilege('public', procedures.oid, 'execute')
                order by proname
                """)
            #expect(Set(everybodys) == Self.open, "\(Self.open.symmetricDifference(everybodys).sorted())")
        }
    }
}
