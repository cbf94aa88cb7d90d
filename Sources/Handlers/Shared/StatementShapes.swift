public import Film
public import HTTP

extension StatementOfReasons: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<StatementOfReasons>("StatementOfReasons") {
        Field("id", \.id)
        Field("clipID", \.clipID, "Null for a decision about the member or a comment.")
        Field("clipTitle", \.clipTitle, "As it was at the time of the decision.")
        Field("commentID", \.commentID, "Null for a decision about anything else, and when the comment is erased.")
        Field("commentText", \.commentText, "As it was at the time of the decision.")
        Field("action", \.action)
        Field("rule", \.rule, "Null is the terms as a whole.")
        Field("reason", \.reason, "In the admin's words.")
        Field("automated", \.isAutomated, "Whether a program decided.")
        Field("decidedAt", \.decidedAt)
        Field("endedAt", \.endedAt, "Since when the decision holds no more; null while it does.")
        Field("appeal", \.appeal)
        Field("appealedAt", \.appealedAt)
        Field("appealOutcome", \.appealOutcome, "Null while the appeal waits.")
        Field("appealAnswer", \.appealAnswer)
        Field("appealDecidedAt", \.appealDecidedAt)
        Field("canAppeal", \.canAppeal)
    }
}
