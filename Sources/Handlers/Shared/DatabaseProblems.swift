public import HTTP
internal import Postgres

/// What clients learn of the database's errors. The log has the rest.
public enum DatabaseProblems {
    /// The problem for an error of the database; nil for a fault of the site, and for any other error.
    public static func problem(for error: any Error) -> Problem? {
        guard let error = DatabaseError(in: error) else { return nil }
        switch error {
        case .unavailable, .poolExhausted:
            return .unavailable("database_unavailable")
        case .timeout:
            return .unavailable("database_slow", "This took too long. Try again soon.")
        case .serialization:
            return .unavailable("database_busy", "Too many people did this at once. Try again.", retryAfter: 1)
        case .constraint(let name, _, _):
            return constraints[name].map { Problem(status: $0.status, code: $0.code, message: $0.message) }
        case .encoding:
            return .malformed("The request holds text that cannot be stored.")
        case .decoding, .rowCount, .server:
            return nil
        }
    }

    /// The constraints that a request may run into although its schema let it pass.
    public static let constraints: [String: (status: Int, code: String, message: String)] = [
        "users_username_key": (409, "username_taken", "That name is taken."),
        "users_username_form": (422, "username_form", "A name has 3 to 20 letters, digits or underscores."),
        "seasons_one_active": (409, "another_season_active", "Another season is running. Only one can run at a time."),
        "seasons_label_length": (422, "invalid_fields", "A label has 1 to 80 characters."),
        "seasons_total_slots_range": (422, "invalid_fields", "A season has 1 to 500 slots."),
        "seasons_round_positive": (422, "invalid_fields", "A round lasts from 5 seconds to a year."),
        "tournament_clips_title_length": (422, "invalid_fields", "A title has 1 to 80 characters."),
        "tournament_clips_description_length": (422, "invalid_fields", "A description has at most 500 characters."),
        "tournament_clips_genre_known": (422, "invalid_fields", "There is no such genre."),
        "tournament_clips_upload_key": (409, "already_registered", "This upload has been sent in already."),
        "uploads_type_known": (422, "invalid_fields", "A video is MP4, WebM or QuickTime."),
        "uploads_size_range": (422, "invalid_fields", "A video has at most 50 MiB."),
    ]
}
