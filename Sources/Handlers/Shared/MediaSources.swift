public import FoundationEssentials
public import HTTP
public import Storage

/// Where nginx reads an object that is not a file of its machine, for so many seconds from a moment.
public typealias MediaSources = @Sendable (_ key: StorageKey, _ now: Date, _ lifetime: Int) -> [MediaSource]

extension Response {
    /// The answer to nginx that a file may be loaded: how long browsers may keep it, how long nginx may keep the permission,
    /// and where the file is when it is not on nginx's machine.
    public static func media(at sources: [MediaSource], caching: String, permission: String) -> Response {
        var response = Response(status: 200, headers: ["X-Media-Cache": caching, "Cache-Control": permission])
        for (name, source) in zip(["Source", "Previous"], sources) {
            response.headers["X-Media-" + name] = source.url
            response.headers[name == "Source" ? "X-Media-Authorization" : "X-Media-Previous-Authorization"] =
                source.authorization
        }
        return response
    }
}
