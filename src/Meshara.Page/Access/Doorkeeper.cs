using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Meshara.Page.Access;

/// <summary>
/// Stands before everything that the page serves. Any web site can have a browser send requests to this machine, and can have its own name lead
/// here (DNS rebinding): so a name in <c>Host</c> that is not this machine's, another site's <c>Origin</c>, and whoever has no session are refused
/// before anything is looked up.
/// </summary>
/// <param name="cookie">The name of the cookie: cookies know no ports, so each node has its own.</param>
internal sealed class Doorkeeper(AccessKeys keys, string cookie)
{
    /// <summary>Over it the page does what it does; long polling would go around the bound on connections.</summary>
    private const string Circuit = "/_blazor";

    /// <summary>A token and its neighbours are short.</summary>
    private const int MaxToken = 128;

    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var (request, response) = (context.Request, context.Response);
        response.Headers.ContentSecurityPolicy = Policy;
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers[HeaderNames.XFrameOptions] = "DENY";
        response.Headers["Referrer-Policy"] = "no-referrer";
        response.Headers["Cross-Origin-Opener-Policy"] = "same-origin";
        response.Headers["Cross-Origin-Resource-Policy"] = "same-origin";
        response.Headers.CacheControl = "no-store";

        if (!LoopbackHost.IsOurs(request.Host))
        {
            return RefuseAsync(context, StatusCodes.Status421MisdirectedRequest, "This page answers to localhost and to loopback addresses alone.");
        }

        if (!IsOwnSite(request))
        {
            return RefuseAsync(context, StatusCodes.Status403Forbidden, "Another site sent this request; it was not carried out.");
        }

        if (HttpMethods.IsGet(request.Method) && request.Path == "/" && request.Query["token"] is [{ Length: <= MaxToken } token])
        {
            return EnterAsync(context, token);
        }

        if (!keys.Knows(request.Cookies[cookie]))
        {
            return RefuseAsync(context, StatusCodes.Status403Forbidden, "This page needs the link that the node printed when it started. For a new one: meshara page");
        }

        return request.Path == Circuit && !request.Headers.Upgrade.Contains("websocket", StringComparer.OrdinalIgnoreCase)
            ? RefuseAsync(context, StatusCodes.Status400BadRequest, "This is spoken over a WebSocket alone.")
            : next(context);
    }

    /// <summary>What changes something comes from a script, and a script's request says from where. A browser also says so when it opens a WebSocket.</summary>
    private static bool IsOwnSite(HttpRequest request)
    {
        var isReading = (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method)) && request.Headers.Upgrade.Count == 0;
        return request.Headers.Origin is [{ } origin] ? origin == $"{request.Scheme}://{request.Host}" : request.Headers.Origin.Count == 0 && isReading;
    }

    private Task EnterAsync(HttpContext context, string token)
    {
        if (keys.Redeem(token) is not { } session)
        {
            // Who is in already and opens an old link again is not sent away.
            if (!keys.Knows(context.Request.Cookies[cookie]))
            {
                return RefuseAsync(context, StatusCodes.Status403Forbidden, "This link was used already, or is too old. For a new one: meshara page");
            }
        }
        else
        {
            // Not "Secure": a browser would not send it to a loopback address over plain HTTP.
            context.Response.Cookies.Append(cookie, session, new CookieOptions { HttpOnly = true, SameSite = Microsoft.AspNetCore.Http.SameSiteMode.Strict, Path = "/" });
        }

        context.Response.StatusCode = StatusCodes.Status303SeeOther;
        context.Response.Headers.Location = "/";
        return Task.CompletedTask;
    }

    /// <summary>A connection that was refused is not kept: they are few.</summary>
    private static Task RefuseAsync(HttpContext context, int status, string why)
    {
        context.Response.StatusCode = status;
        context.Response.Headers.Connection = "close";
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(why + "\n");
    }
}
