public import FoundationEssentials
public import Postgres

/// Who need not solve a captcha for a while.
public enum CaptchaPasses {
    /// Until when a voter has a pass; nil without one.
    public static func expiry(of voterKey: String, in database: Database) throws(DatabaseError) -> Date? {
        try database.one("select captcha_pass(\(voterKey))")
    }

    /// Gives a voter a pass of half an hour.
    public static func grant(to voterKey: String, in database: Database) throws(DatabaseError) -> Date {
        try database.one("select grant_captcha_pass(\(voterKey))")
    }
}
