public import HTTP

/// The answer of a change that has nothing else to say.
public struct Done: Shaped {
    /// Its one member.
    public static let shape = Shape<Done>("Done") {
        Field("success", { _ in true })
    }

    /// It is done.
    public init() {}
}
