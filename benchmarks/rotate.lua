-- wrk asks for each path of the file PATHS in turn; with UNIQUE, each request has a header that no other one has
local paths, index = {}, 0
for line in io.lines(os.getenv("PATHS")) do paths[#paths + 1] = line end
local unique, count = os.getenv("UNIQUE"), 0
request = function()
  index = index % #paths + 1
  count = count + 1
  if unique then return wrk.format("GET", paths[index], { ["X-Request-Id"] = os.time() .. "-" .. count }) end
  return wrk.format("GET", paths[index])
end
