/// `dailies-host [--socket PATH] [--config FILE] [GROUP…]`
@main
enum Main {
    static func main() {
        // What `@main` makes belongs to the main actor, and would trap on the threads of the server.
        Host.run()
    }
}
