/// What a handler may return: a response as it goes out, or a value whose form the route then describes.
public protocol Answer {
    /// The form of the JSON; nil for a response that says nothing about itself.
    static var answerSchema: Schema? { get }
    /// The response that goes out.
    var response: Response { get }
}

extension Response: Answer {
    /// Unknown.
    public static var answerSchema: Schema? { nil }
    /// The response itself.
    public var response: Response { self }
}
